"""A task's splits: which file, which examples, what was split off."""

import random
from dataclasses import dataclass
from pathlib import Path

from haechi.rows.columns import Example, to_examples
from haechi.rows.read import read_table
from haechi.schema.task import TaskConfig

SPLITS = ("train", "validation", "test")


@dataclass
class Split:
    """Examples of one split."""

    name: str
    path: str
    """The file, or the hub data set."""
    examples: list[Example]
    complete: bool = True
    """Whether these are all examples of the split."""


def split_file(task: TaskConfig, name: str) -> Path | None:
    """The file of a split, relative to the caller's directory; None where none is named."""
    value = getattr(task.files, name)
    return Path(value).expanduser() if value else None


def read_split(task: TaskConfig, name: str, limit: int | None = None) -> Split | None:
    """Read the file of one split; None where the task names none.

    Raises:
        haechi.rows.fault.FileFault: the file cannot be read as the task says.
    """
    path = split_file(task, name)
    if path is None:
        return None
    table = read_table(path, task.encoding, task.quoting, limit)
    return Split(name, str(path), to_examples(table, task.columns, task.objective, path), table.complete)


def moved_rows(rows: int, share: float) -> int:
    """How many of the train rows are split off; at least one, and at least one stays."""
    return min(max(1, round(rows * share)), rows - 1)


def split_off_validation(train: Split, share: float, seed: int) -> tuple[Split, Split]:
    """Move a share of the train examples to a validation split, the same ones for the same seed.

    Returns:
        The remaining train split and the new validation split; each keeps its file's order.
    """
    count = moved_rows(len(train.examples), share)
    chosen = set(random.Random(seed).sample(range(len(train.examples)), count))
    kept = [example for index, example in enumerate(train.examples) if index not in chosen]
    moved = [example for index, example in enumerate(train.examples) if index in chosen]
    return (
        Split(train.name, train.path, kept, train.complete),
        Split("validation", train.path, moved, train.complete),
    )


def draw(split: Split, rows: int | None, seed: int) -> Split:
    """At most so many examples of a split, drawn with the seed; the file's order is kept."""
    if rows is None or rows >= len(split.examples):
        return split
    chosen = sorted(random.Random(seed).sample(range(len(split.examples)), rows))
    return Split(split.name, split.path, [split.examples[index] for index in chosen], split.complete)
