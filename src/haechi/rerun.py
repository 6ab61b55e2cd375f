"""rerun=<a run's folder or MLflow id>: the same run once more, and what came out otherwise."""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi import places
from haechi.fault import RunFault
from haechi.resolve import Run
from haechi.saved import CONFIG, RESULTS, find_run, read_results
from haechi.surroundings import NAME as SURROUNDINGS
from haechi.surroundings import differences, read_surroundings

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

log = logging.getLogger(__name__)

MLFLOW_ID = re.compile(r"[0-9a-f]{32}")
# Metrics that this many digits tell apart are said.
DIGITS = 6


def folder_of(given: str, tracking_uri: str | None = None) -> Path:
    """The folder with the config of the run that is to be repeated.

    Args:
        given: a run's folder, or the id of an MLflow run, whose files are fetched where its folder is not
            on this machine.
        tracking_uri: `tracking.uri` as it was typed, where that id is looked for.

    Raises:
        RunFault: there is no such run, or it has no config.
    """
    tracked = _is_id(given) and not Path(given).is_dir()
    folder = _tracked(given, tracking_uri) if tracked else find_run(given)
    if (folder / CONFIG).is_file():
        return folder
    jobs = sorted(path.parent for path in folder.glob(f"*/{CONFIG}"))
    if jobs:
        shown = [f"rerun={job}" for job in jobs[:5]]
        raise RunFault(f"`{folder}` holds {len(jobs)} runs, and one is repeated at a time", [], shown)
    raise RunFault(
        f"`{folder}` has no {CONFIG}, so the run in it cannot be repeated",
        ["a run writes it when it starts; a refused one starts not at all"],
    )


def say_what_differs(run: Run) -> list[str]:
    """Compare the environment of a rerun with that of the run that it repeats; what differs comes back."""
    if run.config.rerun is None:
        return []
    source = Path(run.config.rerun)
    before = read_surroundings(source)
    typed = [item for item in run.overrides if not item.startswith("rerun=")]
    changed = f", with {' '.join(typed)}" if typed else ""
    log.info("again: the run in %s%s", source, changed)
    if not before:
        log.warning("again: that run has no %s, so code and packages cannot be compared", SURROUNDINGS)
        return [f"no {SURROUNDINGS}"]
    found = differences(before, read_surroundings(run.folder))
    for line in found:
        log.warning("again: %s", line)
    if not found:
        log.info("again: code, packages, machine, data and checkpoint are the same")
    return found


def compare(run: Run, metrics: Mapping[str, float], surroundings: Sequence[str]) -> dict[str, Any] | None:
    """What results.json says of a rerun; None for a run that repeats none.

    Args:
        run: the rerun.
        metrics: its own.
        surroundings: what `say_what_differs` found.
    """
    if run.config.rerun is None:
        return None
    source = Path(run.config.rerun)
    original = read_results(source)
    before = original.get("metrics") or {}
    told: dict[str, Any] = {
        "of": str(source),
        # What a run tracks of its results was written before it knew.
        "mlflow_run_id": original.get("mlflow_run_id") or (source.name if _is_id(source.name) else None),
        "environment": list(surroundings),
        "identical": None,
        "metrics": {},
    }
    if original.get("status") != "finished":
        log.warning(
            "again: that run is %s, so there are no metrics to compare", original.get("status", "lost")
        )
        return told
    odd = {name for name in {*before, *metrics} if before.get(name) != metrics.get(name)}
    told["identical"] = not odd
    told["metrics"] = {name: {"then": before.get(name), "now": metrics.get(name)} for name in sorted(odd)}
    if not odd:
        log.info("again: all %d metrics are identical", len(metrics))
    for name, values in told["metrics"].items():
        log.warning("again: %s: %s then, %s now", name, *map(_number, values.values()))
    return told


def _is_id(text: str) -> bool:
    return MLFLOW_ID.fullmatch(text) is not None


def _number(value: object) -> str:
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else "none"


def _tracked(run_id: str, typed_uri: str | None) -> Path:
    """The folder of a tracked run, or one with its files, fetched from the store."""
    import os

    from haechi.tracking.address import display_uri, tracking_uri

    # Looking for a run must not start MLflow's own reports.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    uri = tracking_uri(typed_uri, os.environ.get("MLFLOW_TRACKING_URI"))
    try:
        return _fetch(run_id, uri)
    except RunFault:
        raise
    except Exception as error:
        from haechi.tracking.connection import reason

        raise RunFault(
            f"the MLflow run {run_id} cannot be read from {display_uri(uri)}: {reason(error)}",
            ["MLFLOW_TRACKING_URI or tracking.uri=... names another store"],
        ) from error


def _fetch(run_id: str, uri: str) -> Path:
    from mlflow.tracking import MlflowClient

    from haechi.tracking.address import display_uri, missing_database

    if database := missing_database(uri):
        raise RunFault(
            f"there is no database `{database}` to look for the MLflow run {run_id} in",
            ["MLFLOW_TRACKING_URI or tracking.uri=... names another store"],
        )
    client = MlflowClient(uri)
    folder = Path(client.get_run(run_id).data.tags.get("run_dir", ""))
    if (folder / CONFIG).is_file() and read_results(folder).get("mlflow_run_id") == run_id:
        return folder
    if CONFIG not in {item.path for item in client.list_artifacts(run_id)}:
        raise RunFault(
            f"the MLflow run {run_id} in {display_uri(uri)} has no {CONFIG}, so it cannot be repeated",
            ["its folder is not on this machine either, or was used again"],
        )
    return _download(client, run_id)


def _download(client: "MlflowClient", run_id: str) -> Path:
    folder = places.cache() / "reruns" / run_id
    folder.mkdir(parents=True, exist_ok=True)
    there = {item.path for item in client.list_artifacts(run_id)}
    for name in (CONFIG, RESULTS, SURROUNDINGS):
        if name in there:
            client.download_artifacts(run_id, name, str(folder))
    return folder
