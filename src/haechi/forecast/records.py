"""What runs on this machine took, kept in the cache, so that the next forecast knows the machine."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

from haechi import places
from haechi.aside import write_json
from haechi.forecast import machine
from haechi.forecast.work import Work

MOST = 60
FORMAT = 1


@dataclass(frozen=True)
class Record:
    """One run that has finished."""

    work: Work
    peak_bytes: int
    """Most resident memory, or on a GPU most memory of tensors."""
    training_seconds: float
    """Training with its evaluations and checkpoints, less what it waited for a processor."""
    other_seconds: float
    """The rest of the run in the same way: reading, building, saving, tracking."""
    warm: bool = False
    """Whether its process had run another one before, so that nothing was to be imported."""


def records() -> list[Record]:
    """Those of this machine, the newest last; none where there are none that can be read."""
    try:
        path = _file()
        return list(_read(path, path.stat().st_mtime_ns))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return []


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> list[Record]:
    """The file as it is since `changed`: the jobs of a sweep ask for it one after another."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] != FORMAT:
        return []
    names = {item.name for item in fields(Work)}
    return [
        Record(**{**item, "work": Work(**item["work"])})
        for item in content["runs"]
        if set(item["work"]) == names
    ]


def keep(record: Record) -> None:
    """Add a run; of runs with the same sizes the newest three are kept. A full disk is no fault here."""
    kept = [item for item in records() if item.work == record.work][-2:]
    others = [item for item in records() if item.work != record.work]
    _write([*others, *kept, record][-MOST:])


def _write(found: Sequence[Record]) -> None:
    with suppress(OSError, RuntimeError):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"format": FORMAT, "runs": [asdict(item) for item in found]}
        write_json(path, content)


def _file() -> Path:
    return places.cache() / "forecast" / f"{machine.name()}.json"
