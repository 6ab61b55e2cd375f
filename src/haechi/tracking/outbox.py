"""What waits for the tracking server: filled by the run, emptied by the tracker's thread."""

import itertools
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_MOST_POINTS = 200_000
"""Values of metrics that are kept for a server that is away: about 40 MB."""
_MOST_NOTES = 10


class Point(NamedTuple):
    """One value of one metric; `time_ms` in milliseconds since the epoch."""

    name: str
    value: float
    step: int
    time_ms: int


@dataclass(eq=False)
class WaitingFile:
    """A file or a folder for `folder` of the run's artifacts; `tried` after a first upload that failed."""

    path: Path
    folder: str
    tried: bool = False


@dataclass(eq=False)
class WaitingModel:
    """A model's folder of `size` bytes with rows that went in and what came out."""

    folder: Path
    sample_input: Sequence[Mapping[str, object]]
    sample_output: Sequence[Mapping[str, object]]
    size: int
    tried: bool = False


class Ending(NamedTuple):
    """How and when the run ended: MLflow's name of the status, milliseconds since the epoch."""

    status: str
    time_ms: int


class Outbox:
    """Thread-safe; an item stays until it has been delivered, so that what is left is what did not arrive."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._points: deque[Point] = deque()
        self._uploads: list[WaitingFile | WaitingModel] = []
        self._lost_points = 0
        self._notes: list[str] = []
        self.params: list[tuple[str, str]] = []
        self.tags: list[tuple[str, str]] = []
        self._late_tags: list[tuple[str, str]] = []
        self.ending: Ending | None = None

    def add_tags(self, tags: Sequence[tuple[str, str]]) -> None:
        """Put tags last."""
        with self._lock:
            self._late_tags.extend(tags)

    def late_tags(self) -> list[tuple[str, str]]:
        """Tags that came after the start; they stay until `drop_tags`."""
        with self._lock:
            return list(self._late_tags)

    def drop_tags(self, count: int) -> None:
        """Forget the `count` oldest of them: they have been delivered."""
        with self._lock:
            del self._late_tags[:count]

    def add_points(self, points: Sequence[Point]) -> None:
        """Put points last; beyond 200,000 they are only counted."""
        with self._lock:
            room = max(0, _MOST_POINTS - len(self._points))
            self._points.extend(points[:room])
            self._lost_points += len(points[room:])

    def first_points(self, most: int) -> list[Point]:
        """Up to `most` points, the oldest ones; they stay until `drop_points`."""
        with self._lock:
            return list(itertools.islice(self._points, most))

    def drop_points(self, count: int) -> None:
        """Forget the `count` oldest points: they have been delivered."""
        with self._lock:
            for _ in range(count):
                self._points.popleft()

    def add_upload(self, item: WaitingFile | WaitingModel) -> None:
        """Put a file or a model last."""
        with self._lock:
            self._uploads.append(item)

    def uploads(self) -> list[WaitingFile | WaitingModel]:
        """The files and models that wait, in order."""
        with self._lock:
            return list(self._uploads)

    def drop_upload(self, item: WaitingFile | WaitingModel) -> None:
        """Forget a file or model: it has been delivered."""
        with self._lock:
            self._uploads.remove(item)

    def model_bytes(self) -> int:
        """Size of the models that wait."""
        return sum(item.size for item in self.uploads() if isinstance(item, WaitingModel))

    def note(self, sentence: str) -> None:
        """Keep a sentence on something that will not be delivered; the same one once, and ten in all."""
        with self._lock:
            if sentence not in self._notes and len(self._notes) < _MOST_NOTES:
                self._notes.append(sentence)

    def notes(self) -> list[str]:
        """What will not be delivered, in sentences."""
        with self._lock:
            return list(self._notes)

    def contents(self) -> list[str]:
        """What waits, in words; empty if nothing does."""
        uploads = self.uploads()
        files = sum(isinstance(item, WaitingFile) for item in uploads)
        models = len(uploads) - files
        with self._lock:
            points = len(self._points) + self._lost_points
        return [
            *_counted(len(self.params), "parameter"),
            *_counted(len(self.late_tags()), "tag"),
            *_counted(points, "metric value"),
            *_counted(files, "file"),
            *(["the model"] if models else []),
            *(["how the run ended"] if self.ending else []),
        ]


def _counted(count: int, noun: str) -> list[str]:
    return [f"{count} {noun}{'' if count == 1 else 's'}"] if count else []
