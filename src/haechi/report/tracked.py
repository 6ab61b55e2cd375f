"""Runs of an MLflow experiment: read from their folders where these are here, else from the store."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi import places
from haechi.fault import RunFault
from haechi.preflight.probes import ask_tracking
from haechi.report.gather import compared
from haechi.report.record import TRAINING, RunRecord, read_run
from haechi.saved import read_results
from haechi.schema.metric import LOWER_IS_BETTER, METRICS
from haechi.sweep_record import NAME as SWEEP_FILE
from haechi.tracking.address import display_uri, is_server, missing_database, tracking_uri
from haechi.tracking.connection import reason
from haechi.tracking.loading import load_mlflow
from haechi.tracking.memory import RunMemory
from haechi.tracking.names import original_name

if TYPE_CHECKING:
    from mlflow.entities import Run as TrackedRun
    from mlflow.tracking import MlflowClient

FILES = ("config.yaml", "results.json", "metrics.jsonl", "predictions.jsonl", "train.log")
"""What a run hands to the store when it ends."""
_STATES = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "interrupted", "RUNNING": "running"}
_PAGE = 200
_NAMES_SHOWN = 20


def gather_experiment(name: str) -> list[RunRecord]:
    """The records of an experiment's trainings; sweeps as such and studies are none.

    Where a run's folder is on this machine it is read there. Else its files are fetched from the store into
    the cache; a run without files has its parameters, metrics and their histories.

    Raises:
        RunFault: the store is away, or has no such experiment, or no run in it.
    """
    uri = tracking_uri(None, os.environ.get("MLFLOW_TRACKING_URI"))
    shown = display_uri(uri)
    _must_answer(uri, shown)
    load_mlflow(is_server(uri))
    from mlflow.tracking import MlflowClient

    try:
        client = MlflowClient(uri)
        found = client.get_experiment_by_name(name)
        if found is None:
            names = sorted(item.name for item in client.search_experiments())
            there = ", ".join(names[:_NAMES_SHOWN]) + (" ..." if len(names) > _NAMES_SHOWN else "")
            raise RunFault(
                f"no experiment `{name}` in {shown}",
                [f"there are: {there}"] if names else ["there is none"],
            )
        runs = list(_runs(client, found.experiment_id))
        records = [
            _record(client, run, uri)
            for run in runs
            if run.data.tags.get("haechi.kind", TRAINING) == TRAINING
        ]
    except RunFault:
        raise
    except Exception as error:
        raise RunFault(f"the experiment `{name}` in {shown} cannot be read: {reason(error)}") from error
    if not records:
        raise RunFault(f"the experiment `{name}` in {shown} has no runs")
    return compared(records)


def _must_answer(uri: str, shown: str) -> None:
    if is_server(uri):
        why = ask_tracking(uri) if uri.startswith("http") else None
        if why is not None:
            raise RunFault(f"the tracking server {shown} does not answer: {why}")
        return
    if missing_database(uri):
        raise RunFault(
            f"there is no database of tracked runs at {shown}",
            ["MLFLOW_TRACKING_URI names another store, HAECHI_OUTPUTS another folder of outputs"],
        )


def _runs(client: "MlflowClient", experiment: str) -> Iterator["TrackedRun"]:
    token: str | None = None
    while True:
        page = client.search_runs(
            [experiment], max_results=_PAGE, order_by=["attributes.start_time ASC"], page_token=token
        )
        yield from page
        token = page.token
        if not token:
            return


def _record(client: "MlflowClient", run: "TrackedRun", uri: str) -> RunRecord:
    here = Path(run.data.tags.get("run_dir") or os.devnull)
    if _is_its_folder(here, run.info.run_id, uri):
        record = read_run(here)
        if (here.parent / SWEEP_FILE).is_file() and here.name.isdigit():
            record = replace(record, sweep=here.parent.name, number=int(here.name))
    else:
        record = _fetched(client, run) or _stored(client, run)
    state = _STATES.get(run.info.status, "waiting")
    status = state if record.status == "unfinished" and state != "finished" else record.status
    return replace(record, status=status, mlflow_run_id=run.info.run_id)


def _is_its_folder(here: Path, run_id: str, uri: str) -> bool:
    """Whether the folder has this run's files; another run may have used it since, or on this machine."""
    if not (here / "config.yaml").is_file():
        return False
    # A run that goes on, or was killed, has no results yet.
    return run_id in {read_results(here).get("mlflow_run_id"), RunMemory(here, resumes=True).run_id(uri)}


def _fetched(client: "MlflowClient", run: "TrackedRun") -> RunRecord | None:
    """The record by the files that the run has left in the store; None where it has left no results."""
    run_id, ended = run.info.run_id, (run.info.end_time or 0) // 1000
    folder = places.cache() / "tracked" / run_id
    results = folder / "results.json"
    # A run that was resumed has ended anew, with other files than those that were fetched before.
    if not results.is_file() or int(results.stat().st_mtime) != ended:
        kept = {item.path for item in client.list_artifacts(run_id)}
        if not {"config.yaml", "results.json"} <= kept:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        # results.json last: where it has the time of the run's end, the others are of that time too.
        for name in sorted(kept & set(FILES), key=lambda name: name == "results.json"):
            client.download_artifacts(run_id, name, str(folder))
        os.utime(results, (ended, ended))
    return replace(read_run(folder), folder=None)


def _stored(client: "MlflowClient", run: "TrackedRun") -> RunRecord:
    """The record by parameters and metrics alone."""
    data = run.data
    config = {original_name(key): value for key, value in data.params.items()}
    names = {original_name(key): key for key in data.metrics}
    objective = config.get("task.objective", "")
    metric = _metric(config)
    points = _points(
        client, run.info.run_id, {name: names[name] for name in ("train/loss", metric) if name in names}
    )
    final = {name: data.metrics[key] for name, key in names.items() if not name.startswith("train/")}
    notes: tuple[str, ...] = ()
    if chosen := [point[metric] for point in points if metric in point]:
        # The best checkpoint is the one that is kept; the last value may be another's.
        choose = min if metric.rpartition("/")[2] in LOWER_IS_BETTER else max
        final[metric] = choose(chosen)
        notes = (f"MLflow has no files of it: its {metric} is the best of its evaluations",)
    ended, began = run.info.end_time, run.info.start_time
    return RunRecord(
        status=_STATES.get(run.info.status, "waiting"),
        task=config.get("task.name") or data.tags.get("task", ""),
        objective=objective,
        metric=metric,
        seed=config.get("seed"),
        points=points,
        final=final,
        seconds=(ended - began) / 1000 if ended and began else None,
        config=config,
        notes=notes,
    )


def _metric(config: Mapping[str, str]) -> str:
    chosen = config.get("task.metric", "None")
    if chosen in {"None", "null", ""}:
        known = {objective.value: names for objective, names in METRICS.items()}
        chosen = known.get(config.get("task.objective", ""), ("",))[0]
    return f"validation/{chosen}" if chosen else ""


def _points(client: "MlflowClient", run_id: str, names: Mapping[str, str]) -> list[dict[str, float]]:
    """Histories of metrics as lines of metrics.jsonl."""
    points: dict[int, dict[str, Any]] = {}
    for name, key in names.items():
        for item in client.get_metric_history(run_id, key):
            points.setdefault(item.step, {"step": item.step})[name] = item.value
    return [points[step] for step in sorted(points)]
