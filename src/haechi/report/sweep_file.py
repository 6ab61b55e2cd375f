"""A sweep's folder: sweep.json, and a numbered folder for each job."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from haechi.report.config_values import canonical
from haechi.report.record import FINISHED, RunRecord, read_json, read_run

NAME = "sweep.json"


def read_sweep(folder: Path) -> list[RunRecord] | None:
    """The records of a sweep's jobs in their order; None where its sweep.json cannot be read."""
    content = read_json(folder / NAME, [])
    jobs = content.get("jobs")
    if not isinstance(jobs, list):
        return None
    swept = [str(key) for key in content.get("swept") or [] if str(key) != "seed"]
    found = [_job(folder, job, content, swept) for job in jobs if isinstance(job, dict)]
    return [record for record in found if record is not None]


def _job(folder: Path, job: Mapping[str, Any], sweep: Mapping[str, Any], swept: list[str]) -> RunRecord:
    number = job.get("number")
    place = folder / str(job.get("folder") or number)
    given = {str(key): canonical(value) for key, value in (job.get("values") or {}).items()}
    record = read_run(place) if place.is_dir() else RunRecord(status=str(job.get("state") or "waiting"))
    metric = str(sweep.get("metric") or record.metric)
    value, seconds = job.get("value"), job.get("seconds")
    final = dict(record.final)
    if isinstance(value, int | float):
        final.setdefault(metric, float(value))
    return replace(
        record,
        status=_status(record, str(job.get("state") or "")),
        number=number if isinstance(number, int) else None,
        sweep=folder.name,
        task=record.task or str(sweep.get("task") or ""),
        metric=metric,
        direction=str(sweep.get("direction") or ""),
        values={key: given[key] for key in swept if key in given},
        seed=given.get("seed", record.seed),
        final=final,
        error=record.error or (str(job["error"]) if job.get("error") else None),
        seconds=record.seconds if record.seconds is not None else seconds,
        mlflow_run_id=record.mlflow_run_id or job.get("mlflow_run_id"),
        typed=record.typed or tuple(str(item) for item in job.get("overrides") or ()),
    )


def _status(record: RunRecord, state: str) -> str:
    """How the run ended: its own file knows best, unless it never got there."""
    if record.status != "unfinished":
        return record.status
    # What the sweep took for finished has left no results that can be read.
    return "unfinished" if state in {"", FINISHED} else state
