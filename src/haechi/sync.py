"""Bring MLflow up to date with what runs have left on disk while its server was away: nothing twice."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from haechi import outputs
from haechi.alone import alone, is_held
from haechi.aside import write_json
from haechi.compose import compose
from haechi.fault import RunFault
from haechi.identity import parameters_of, place_in_sweep, tags_of, tracked_name
from haechi.resolve import Run, resolve
from haechi.session import LOCK, TRACKED_FILES
from haechi.sweep_record import LOCK as SWEEP_LOCK
from haechi.sweep_record import NAME as SWEEP
from haechi.sweep_record import read_record
from haechi.tracking import RunMemory
from haechi.tracking.address import display_uri, tracking_uri
from haechi.tracking.journal import read_journal
from haechi.tracking.mlflow import MlflowTracker
from haechi.tracking.tracker import RunStatus

RUNNING = "is still running: left as it is"
DEPTH = 4
"""Folders below the one that is named in which runs are looked for."""


@dataclass(frozen=True)
class Synced:
    """What became of one run."""

    folder: Path
    said: str
    ok: bool = True


def sync(paths: Sequence[Path]) -> Iterator[Synced]:
    """Bring every run in or below these folders to the tracking server, one after the other.

    A run that is there already goes on there: by the id that its folder keeps, or by the tag that names the
    folder. What a server has is not stored a second time. After a run that does not arrive the rest is left.

    Raises:
        RunFault: there is no run in these folders.
    """
    folders = list(dict.fromkeys(folder for path in paths for folder in runs_below(path)))
    if not folders:
        named = ", ".join(f"`{path}`" for path in paths)
        raise RunFault(f"no run is in {named}", ["a run's folder holds config.yaml and metrics.jsonl"])
    for folder in folders:
        done = sync_run(folder)
        yield done
        if not done.ok:
            return


def lacks_tracking(folder: Path) -> bool:
    """Whether a run that has ended did not reach its tracking server, as a whole or in part."""
    results = _json(folder / "results.json")
    return bool(results) and (results.get("mlflow_run_id") is None or results.get("tracking") is not None)


def runs_below(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """The folder itself if it is of a run or a sweep, and those below it; a sweep before its jobs."""
    if not folder.is_dir():
        return
    of_run = (folder / "config.yaml").is_file() and (folder / "metrics.jsonl").is_file()
    if of_run or (folder / SWEEP).is_file():
        yield folder.absolute()
    if depth > 0 and not of_run:
        for below in sorted(folder.iterdir(), key=_by_number):
            yield from runs_below(below, depth - 1)


def sync_run(folder: Path) -> Synced:
    """Bring one run, or the parent run of a sweep, to the tracking server."""
    try:
        if not (folder / SWEEP).is_file():
            return _sync_job(folder)
        with alone(folder / SWEEP_LOCK, RUNNING):
            return _sync_sweep(folder)
    except RunFault as fault:
        return Synced(folder, str(fault))
    except Exception as error:  # one folder that cannot be read leaves the others
        return Synced(folder, f"not read: {type(error).__name__}: {error}")


def _sync_job(folder: Path) -> Synced:
    if is_held(folder / LOCK):
        return Synced(folder, RUNNING)
    results = _json(folder / "results.json")
    run = _run_of(folder, results)
    uri = tracking_uri(run.config.tracking.uri, run.environment.tracking_uri)
    memory = RunMemory(folder, resumes=True)
    known = memory.run_id(uri)
    if known and results.get("mlflow_run_id") == known and results.get("tracking") is None:
        return Synced(folder, "is up to date")
    job, _ = place_in_sweep(run)
    kind = outputs.kind_of(folder, results)
    points = read_journal(folder / "metrics.jsonl")
    tracker = MlflowTracker(
        uri=uri, experiment=run.config.tracking.experiment or run.config.task.name,
        run_name=run.config.tracking.run_name or tracked_name(run, job, kind),
        tags=run.config.tracking.tags, models=run.config.tracking.log_model, memory=memory,
        parent=RunMemory(run.sweep, resumes=True) if run.sweep else None,
    )  # fmt: skip
    tracker.start(parameters_of(run), tags_of(run, kind), began=_start(results, points))
    for point in points:
        step, time = int(point["step"]), point["time"]
        values = {key: value for key, value in point.items() if key not in {"step", "epoch", "time"}}
        tracker.log_metrics(values, step, time)
    tracker.log_files([path for name in TRACKED_FILES if (path := folder / name).is_file()])
    tracker.log_files(sorted((folder / "plots").glob("*.png")), "plots")
    sample = _json(folder / outputs.MODEL_SAMPLE)
    if sample and (folder / "model").is_dir():
        tracker.log_model(folder / "model", sample["inputs"], sample["outputs"])
    status = cast(RunStatus, results.get("status", "interrupted"))
    tracker.finish(status, ended=_seconds(results.get("finished_at")))
    trouble = tracker.trouble()
    if results:
        results |= {"mlflow_run_id": tracker.run_id, "tracking": trouble}
        write_json(folder / "results.json", results)
    return _said(folder, uri, trouble)


def _sync_sweep(folder: Path) -> Synced:
    """The parent run: what it has beside its jobs is the record and the report."""
    record = read_record(folder)
    folders = [folder / str(job.number) for job in record.jobs]
    first = next((path for path in folders if (path / "config.yaml").is_file()), None)
    if first is None:
        return Synced(folder, "no job of this sweep has begun: left out")
    run = _run_of(first, {})
    uri = tracking_uri(run.config.tracking.uri, run.environment.tracking_uri)
    memory = RunMemory(folder, resumes=True)
    known = record.mlflow_run_id and memory.run_id(uri) == record.mlflow_run_id
    if known and record.status != "running" and record.tracking is None:
        return Synced(folder, "is up to date")
    from haechi.sweep.telling import parameters_of_sweep, tags_of_sweep, title_of

    tracker = MlflowTracker(
        uri=uri, experiment=run.config.tracking.experiment or run.config.task.name, run_name=title_of(record),
        memory=memory,
    )  # fmt: skip
    tracker.start(parameters_of_sweep(record), tags_of_sweep(record, folder), began=_seconds(record.started))
    tracker.log_files([folder / SWEEP])
    if (folder / "report").is_dir():
        tracker.log_files([folder / "report"])
    interrupted = record.status in {"interrupted", "running"}
    tracker.finish("interrupted" if interrupted else "finished", ended=_seconds(record.finished))
    trouble = tracker.trouble()
    record.mlflow_run_id, record.tracking = tracker.run_id or record.mlflow_run_id, trouble
    write_json(folder / SWEEP, record.as_json())
    return _said(folder, uri, trouble)


def _said(folder: Path, uri: str, trouble: str | None) -> Synced:
    if trouble is None:
        return Synced(folder, f"is at {display_uri(uri)}")
    return Synced(folder, trouble, ok="did not reach" not in trouble)


def _run_of(folder: Path, results: dict[str, Any]) -> Run:
    """The run that has left a folder, as its config.yaml has it."""
    composed = compose([], folder, "config")
    run = resolve(composed, composed.hydra)
    in_sweep = (folder.parent / SWEEP).is_file()
    return replace(
        run, folder=folder, overrides=tuple(results.get("overrides") or ()),
        sweep=folder.parent if in_sweep else None,
    )  # fmt: skip


def _start(results: dict[str, Any], points: Sequence[dict[str, float]]) -> float | None:
    """When a run began, in seconds since the epoch, as far as that is known."""
    ended = _seconds(results.get("finished_at"))
    if ended is not None:
        return ended - float(results.get("seconds") or 0.0)
    return points[0]["time"] if points else None


def _seconds(written: Any) -> float | None:
    with suppress(TypeError, ValueError):
        return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return None


def _json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return cast(dict[str, Any], content)
    return {}


def _by_number(path: Path) -> tuple[int, str]:
    return (int(path.name), "") if path.name.isdigit() else (-1, path.name)
