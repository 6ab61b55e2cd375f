"""Which jobs a sweep has: those that are asked for now, matched with those that it had before."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from haechi.compose import key_of
from haechi.preflight.check import Verdict
from haechi.preflight.diagnostic import Severity
from haechi.resolve import Run
from haechi.schema.metric import LOWER_IS_BETTER, chosen_metric
from haechi.settings import Settings, differences, settings_of
from haechi.sweep_record import NAME, JobRecord, SweepRecord, read_record, same_job

log = logging.getLogger(__name__)

STEERING = ("sweep.resume", "sweep.retry_failed")
"""Keys that say how this start goes on, and nothing about the jobs."""


def plan_search(folder: Path, arguments: Sequence[str], verdicts: Sequence[Verdict]) -> SweepRecord:
    """The record of a search, with the jobs of the trials that were drawn before."""
    record = read_record(folder) if (folder / NAME).is_file() else _new(folder, verdicts)
    record.arguments = [item for item in arguments if key_of(item) not in STEERING]
    return record


def plan_sweep(
    folder: Path, arguments: Sequence[str], verdicts: Sequence[Verdict]
) -> tuple[SweepRecord, list[int]]:
    """The sweep's record with every job that is asked for; a job that was there before keeps its number.

    Jobs that were there and are not asked for any more stay as they are, and are not run.

    Args:
        folder: the sweep's folder.
        arguments: what was typed, sweeps included.
        verdicts: on the jobs, in order; equal jobs are one.

    Returns:
        The record, and the numbers of the jobs that are asked for.
    """
    asked: list[int] = []
    record = read_record(folder) if (folder / NAME).is_file() else _new(folder, verdicts)
    record.arguments = [item for item in arguments if key_of(item) not in STEERING]
    for verdict in verdicts:
        settings = settings_of(verdict.run.config) if verdict.run else {}
        overrides = [item for item in verdict.overrides if key_of(item) not in STEERING]
        job = same_job(record, settings) if verdict.run else _of_overrides(record, overrides)
        if job is None:
            if not record.settings:
                record.settings = settings
            job = JobRecord(len(record.jobs), overrides, differs=differing(record.settings, settings))
            record.jobs.append(job)
        # What is no part of the job, the tracking server for example, is as it was typed last.
        job.overrides = overrides
        _refuse(job, verdict)
        asked.append(job.number)
    record.name_values()
    if equal := len(asked) - len(set(asked)):
        log.warning(
            "sweep: of %d jobs %d are like another one in all that the weights depend on, and are run once",
            len(asked), equal,
        )  # fmt: skip
    return record, list(dict.fromkeys(asked))


def _new(folder: Path, verdicts: Sequence[Verdict]) -> SweepRecord:
    runs = [verdict.run for verdict in verdicts if verdict.run]
    metrics = {f"validation/{chosen_metric(run.config.task)}" for run in runs}
    metric = metrics.pop() if len(metrics) == 1 else ""
    return SweepRecord(
        id=folder.name,
        task=_task(runs),
        metric=metric,
        direction="min" if metric.rpartition("/")[2] in LOWER_IS_BETTER else "max",
        arguments=[],
        started=now(),
    )


def _task(runs: Sequence[Run]) -> str:
    return ",".join(dict.fromkeys(run.config.task.name for run in runs))


def differing(base: Settings, settings: Settings) -> Settings:
    """The settings of a job that are not those of the first one."""
    changed = {key: new for key, (_, new) in differences(base, settings).items()}
    return {**changed, **{key: value for key, value in settings.items() if key not in base}}


def _of_overrides(record: SweepRecord, overrides: Sequence[str]) -> JobRecord | None:
    """The job of a command that cannot be composed, so that it has no settings to be known by."""
    return next((job for job in record.jobs if job.overrides == list(overrides)), None)


def _refuse(job: JobRecord, verdict: Verdict) -> None:
    """Note that a job is unfit, or no longer so."""
    if not verdict.refused:
        if job.state == "refused":
            job.state, job.error = "waiting", None
        return
    found = [item for item in verdict.diagnostics if item.severity is not Severity.note]
    job.state = "refused"
    job.error = "; ".join(f"{item.code}: {item.message}" for item in found)


def now() -> str:
    """The present time, as results.json has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
