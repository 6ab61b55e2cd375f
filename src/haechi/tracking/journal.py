"""metrics.jsonl: every logged point, on disk before anything else hears of it."""

import json
import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)

_RESERVED = ("step", "epoch", "time")
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Journal:
    """Append-only metrics.jsonl: one strict JSON object a line, Hangul written as it is.

    A line is {"step": int, "epoch": float, "time": seconds since the epoch, name: value, ...}; what JSON has
    no number for is the string "nan", "inf" or "-inf". A line is given to the operating system as a whole
    before `log` returns, so that a killed process loses none. What a full disk does not take is kept and
    written with the next line, since a run is worth more than its journal. Not for several processes at once.
    """

    def __init__(self, path: Path) -> None:
        """Open `path` to append, its folder made if need be; half a last line of a killed run is cut off.

        Raises OSError if the file cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("a+b", buffering=0)
        self._waiting: list[bytes] = []
        """Lines that the disk has not taken."""
        self._mend()

    def log(self, metrics: Mapping[str, float], step: int, epoch: float, time: float) -> None:
        """Append one line, or keep it for later, leaving no part of it behind, if it cannot be written.

        Raises ValueError for a metric that is named as one of the three fixed fields; TypeError for a value
        that is no number.
        """
        if clash := [name for name in _RESERVED if name in metrics]:
            raise ValueError(f"metrics may not be named {', '.join(clash)}: these are fields of every line")
        point: dict[str, float | str] = {"step": int(step), "epoch": _plain(epoch), "time": _plain(time)}
        point |= {name: _plain(value) for name, value in metrics.items()}
        line = json.dumps(point, ensure_ascii=False, allow_nan=False) + "\n"
        # A lone surrogate, which UTF-8 cannot hold, comes out as the escape that JSON has for it.
        self._waiting.append(line.encode("utf-8", "backslashreplace"))
        error = self._write()
        if error is not None and len(self._waiting) == 1:
            log.warning("metrics are kept in memory, as `%s` cannot be written: %s", self._path, error)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        error = self._write() if not self._file.closed else None
        if error is not None:
            log.error("`%s` lacks its last lines, %d of them: %s", self._path, len(self._waiting), error)
        self._file.close()

    def _write(self) -> OSError | None:
        """Append the lines that wait; why that cannot be done."""
        try:
            if self._waiting:
                self._append(b"".join(self._waiting))
        except OSError as error:
            return error
        self._waiting.clear()
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, line: bytes) -> None:
        end = self._file.seek(0, os.SEEK_END)
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            # Half a line would spoil the next one.
            self._file.truncate(end)
            raise

    def _mend(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        start = content.rfind(b"\n") + 1
        if start == len(content):
            return
        if _parse(content[start:]) is None:
            self._file.truncate(start)
        else:
            self._append(b"\n")


def read_journal(path: Path) -> list[dict[str, float]]:
    """The points of a metrics.jsonl in order, `step` as int and the rest as numbers again.

    A cut last line is left out. Raises OSError if the file cannot be read, ValueError (with the line's
    number) if another line is no point.
    """
    lines = path.read_bytes().split(b"\n")
    points: list[dict[str, float]] = []
    for number, line in enumerate(lines, start=1):
        point = _parse(line)
        if point is not None:
            points.append(point)
        elif line.strip() and number < len(lines):
            raise ValueError(f"{path}, line {number}: not a point of metrics.jsonl")
    return points


def _parse(line: bytes) -> dict[str, float] | None:
    try:
        point = json.loads(line)
    except ValueError:
        return None
    if not isinstance(point, dict):
        return None
    return {
        name: _NOT_FINITE.get(value, math.nan) if isinstance(value, str) else value
        for name, value in point.items()
    }


def _plain(value: float) -> float | str:
    """A number as JSON can hold it; numpy's and torch's scalars become Python's."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = float(value)
    if math.isfinite(number):
        return number
    return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
