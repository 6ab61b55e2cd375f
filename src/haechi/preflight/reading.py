"""Faults of data files -> problems; one rule for each kind."""

from collections.abc import Iterator
from pathlib import Path

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.rows.columns import nearest
from haechi.rows.fault import CellFault, FileFault, Kind
from haechi.rows.read import SUFFIXES
from haechi.rows.survey import Survey
from haechi.text import Text


def file_problems(evidence: Evidence, kind: Kind) -> Iterator[Problem]:
    """One problem for each split whose file has a fault of this kind, or for each way in which rows have."""
    for name, fault in evidence.surveys.items():
        if isinstance(fault, Survey):
            yield from _cell_problems(fault, kind)
            continue
        if fault.kind is not kind:
            continue
        key = f"task.files.{name}"
        keys = [key] if fault.setting is None else [key, fault.setting]
        without = evidence.run.origins.instead("task=sample_topic") if name == "train" else [f"{key}=null"]
        yield Problem(
            Text(f"`{fault.path}`: {fault.message}", f"`{fault.path}`: {fault.message.ko}"),
            keys=keys,
            # Another task or no file is no help with a column that holds something else.
            fixes=[] if isinstance(fault, CellFault) else fault.fixes or [*_nearby(key, fault), without],
        )


def _cell_problems(split: Survey, kind: Kind) -> Iterator[Problem]:
    """Rows that the task cannot use, while others of the same file are in order."""
    for fault, tally in split.odd_cells.values():
        if fault.kind is not kind:
            continue
        place, what, seen = tally.rows_named, fault.what, split.seen
        yield Problem(
            Text(
                f"`{fault.path}`: {place}{what} ({tally.count:,} of {split.rows:,} {seen})",
                f"`{fault.path}`: {place.ko}{what.ko} ({seen.ko} {split.rows:,}행 가운데 {tally.count:,}행)",
            ),
            keys=[f"task.files.{split.name}", *([fault.setting] if fault.setting else [])],
        )


def _nearby(key: str, fault: FileFault) -> Iterator[list[str]]:
    """Files beside a missing one whose names resemble it."""
    path = Path(fault.path).expanduser()
    if fault.kind is not Kind.missing or not path.parent.is_dir():
        return
    files = [item.name for item in path.parent.iterdir() if item.suffix in SUFFIXES and item.is_file()]
    for name in nearest(path.name, files)[:2]:
        yield [f"{key}={as_value(str(path.parent / name))}"]
