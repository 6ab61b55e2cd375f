"""A task's splits: which file, which examples, what was split off."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path

from haechi.rows.examples import Example, QuestionExample
from haechi.rows.fault import CellFault
from haechi.rows.read import RowStream
from haechi.rows.readers import to_examples_or_faults
from haechi.schema.task import TaskConfig

SPLITS = ("train", "validation", "test")


@dataclass
class Split:
    """Examples of one split, all of them but those of rows that the task cannot use."""

    name: str
    path: str
    """The file, or the hub data set."""
    examples: list[Example]
    faults: list[CellFault] = field(default_factory=lambda: [])
    """What is wrong with the other rows; a run with any is refused."""

    def __iter__(self) -> Iterator[Example | CellFault]:
        """Every row in the file's order: its example, or what is wrong with it."""
        if not self.faults:
            return iter(self.examples)
        return merge(self.examples, self.faults, key=lambda item: item.row)


class SplitStream:
    """Examples of a split's file, one at a time; each iteration reads the file anew."""

    def __init__(self, task: TaskConfig, name: str, path: Path, limit: int | None = None) -> None:
        """Look at the file; `limit` is that of `RowStream`.

        Raises:
            haechi.rows.fault.FileFault: the file cannot be read as the task says.
        """
        self.name, self.path, self._task = name, path, task
        self._rows = RowStream(path, task.encoding, task.quoting, limit)
        self.complete = self._rows.complete

    def __iter__(self) -> Iterator[Example | CellFault]:
        """Every row: its example, or what is wrong with it.

        Raises:
            haechi.rows.fault.FileFault: the file cannot be read as the task says.
        """
        return to_examples_or_faults(self._rows, self._task.columns, self._task.objective, self.path)


def split_file(task: TaskConfig, name: str) -> Path | None:
    """The file of a split, relative to the caller's directory; None where none is named."""
    value = getattr(task.files, name)
    return Path(value).expanduser() if value else None


def read_split(task: TaskConfig, name: str) -> Split | None:
    """Read the file of one split; None where the task names none.

    Raises:
        haechi.rows.fault.FileFault: the file cannot be read as the task says.
    """
    path = split_file(task, name)
    if path is None:
        return None
    split = Split(name, str(path), [])
    for item in SplitStream(task, name, path):
        if isinstance(item, CellFault):
            split.faults.append(item)
        else:
            split.examples.append(item)
    return split


def moved_rows(rows: int, share: float) -> int:
    """How many of the train rows are to be split off; at least one, and at least one stays."""
    return min(max(1, round(rows * share)), rows - 1)


def split_off_validation(train: Split, share: float, seed: int) -> tuple[Split, Split]:
    """Move a share of the train examples to a validation split, the same ones for the same seed.

    Questions of one document stay together, and so do pairs with the same first text: what was read in
    training would be asked again. The share is then met within a half of it; where no whole group is that
    small, single rows are moved.

    Returns:
        The remaining train split and the new validation split; each keeps its file's order.
    """
    count = moved_rows(len(train.examples), share)
    groups: dict[object, list[int]] = {}
    for index, example in enumerate(train.examples):
        groups.setdefault(_group(example, index), []).append(index)
    chosen = _choose(list(groups.values()), count, seed)
    if not chosen:
        chosen = _choose([[index] for index in range(len(train.examples))], count, seed)
    kept = [example for index, example in enumerate(train.examples) if index not in chosen]
    moved = [example for index, example in enumerate(train.examples) if index in chosen]
    return Split(train.name, train.path, kept), Split("validation", train.path, moved)


def _choose(groups: list[list[int]], count: int, seed: int) -> set[int]:
    """Groups in random order, as long as they fit; some rows stay."""
    chosen: set[int] = set()
    most = min(count + count // 2, sum(map(len, groups)) - 1)
    for group in random.Random(seed).sample(groups, len(groups)):
        if len(chosen) >= count:
            break
        if len(chosen) + len(group) <= most:
            chosen.update(group)
    return chosen


def _group(example: Example, index: int) -> object:
    """What an example must not be separated from; its own index where it stands alone."""
    if isinstance(example, QuestionExample):
        return example.document or example.text_pair
    return index if example.text_pair is None else example.text


def draw(split: Split, rows: int | None, seed: int) -> Split:
    """At most so many examples of a split, drawn with the seed; the file's order is kept."""
    if rows is None or rows >= len(split.examples):
        return split
    chosen = sorted(random.Random(seed).sample(range(len(split.examples)), rows))
    return Split(split.name, split.path, [split.examples[index] for index in chosen])
