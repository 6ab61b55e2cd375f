"""Sweeps in tests: planned without being run."""

from collections.abc import Sequence
from pathlib import Path

from haechi.aside import write_json
from haechi.preflight.judge import judge
from haechi.sweep.plan import plan_sweep
from haechi.sweep_record import NAME, SweepRecord


def planned(folder: Path, *arguments: str) -> SweepRecord:
    """The record of a sweep as its start leaves it in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    record, _ = plan_sweep(folder, arguments, judge(arguments, multirun=True))
    write_json(folder / NAME, record.as_json())
    return record


def codes_of_sweep(arguments: Sequence[str]) -> set[str]:
    """Codes of all findings on all jobs, notes included."""
    return {item.code for verdict in judge(arguments, multirun=True) for item in verdict.diagnostics}
