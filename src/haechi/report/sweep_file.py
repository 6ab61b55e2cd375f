"""A sweep's folder: sweep.json, and a numbered folder for each job."""

from dataclasses import replace
from pathlib import Path

from haechi.report.config_values import canonical
from haechi.report.record import FINISHED, TRAINING, RunRecord, read_run
from haechi.sweep_record import JobRecord, SweepRecord, UnreadableRecord, read_record


def read_sweep(folder: Path) -> list[RunRecord] | None:
    """The records of a sweep's jobs in their order; None where its sweep.json cannot be read."""
    try:
        sweep = read_record(folder)
    except UnreadableRecord:
        return None
    swept = [key for key in sweep.swept if key != "seed"]
    records = [_job(folder, job, sweep, swept) for job in sweep.jobs]
    # A job that never began is what the others are.
    kind = next((record.kind for record in records if record.kind != TRAINING), TRAINING)
    return [replace(record, kind=kind) for record in records]


def _job(folder: Path, job: JobRecord, sweep: SweepRecord, swept: list[str]) -> RunRecord:
    place = folder / str(job.number)
    given = {key: canonical(value) for key, value in job.values.items()}
    record = read_run(place) if place.is_dir() else RunRecord(status=job.state)
    metric = sweep.metric or record.metric
    final = dict(record.final)
    if job.value is not None:
        final.setdefault(metric, job.value)
    return replace(
        record,
        status=_status(record, job.state),
        number=job.number,
        sweep=folder.name,
        task=record.task or sweep.task,
        metric=metric,
        direction=sweep.direction,
        values={key: given[key] for key in swept if key in given},
        seed=given.get("seed", record.seed),
        final=final,
        error=record.error or job.error,
        seconds=record.seconds if record.seconds is not None else job.seconds,
        mlflow_run_id=record.mlflow_run_id or job.mlflow_run_id,
        typed=record.typed or tuple(job.overrides),
    )


def _status(record: RunRecord, state: str) -> str:
    """How the run ended: its own file knows best, unless it never got there."""
    if record.status != "unfinished":
        return record.status
    # What the sweep took for finished has left no results that can be read.
    return "unfinished" if state == FINISHED else state
