"""The rows of a task -> its different sentences, each read once, and where each row's are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haechi.fault import RunFault
from haechi.rows.examples import Example
from haechi.rows.splits import Split
from haechi.schema.task import Objective

# Shape suffixes: R rows.

FEWEST_ROWS = 20
"""Validation rows below which nothing is told apart."""


@dataclass(frozen=True)
class Rows:
    """Rows of a split, by the numbers of their sentences."""

    examples: Sequence[Example]
    first_R: np.ndarray
    second_R: np.ndarray | None
    """None where a row has one text."""
    targets_R: np.ndarray | None
    """Class ids, or scores; None for questions."""

    def __len__(self) -> int:
        return len(self.first_R)


@dataclass(frozen=True)
class Corpus:
    """The different sentences of a task, and the rows that they are of."""

    sentences: list[Example]
    """One example a sentence; what is read is its `text`, in the layout of its kind."""
    train: Rows
    validation: Rows
    objective: Objective
    labels: list[str] | None
    """Class names; None for scores and questions."""

    @property
    def is_paired(self) -> bool:
        """Whether a row has two sentences."""
        return self.validation.second_R is not None

    @property
    def texts(self) -> list[str]:
        """The sentences as texts."""
        return [example.text or "" for example in self.sentences]


def build_corpus(
    train: Split, validation: Split, objective: Objective, labels: list[str] | None, prefix: str
) -> Corpus:
    """Take the sentences of two splits apart.

    Raises:
        RunFault: the task has no sentences to compare, or too few rows.
    """
    if objective is Objective.token_classification:
        raise RunFault(
            "tagged tokens need no vector of a sentence, so there is no pooling to study",
            ["every token's own vector is read; `pooling.layer` alone matters to such a task"],
            ["task=klue_ynat", "task=klue_sts"],
        )
    for split in (train, validation):
        if len(split.examples) < FEWEST_ROWS:
            raise RunFault(
                f"the {split.name} split has {len(split.examples)} rows, and a study needs {FEWEST_ROWS}",
                ["with so few rows no two settings can be told apart"],
            )
    numbers: dict[object, int] = {}
    sentences: list[Example] = []
    sides = [_rows(split, objective, labels, prefix, numbers, sentences) for split in (train, validation)]
    return Corpus(sentences, sides[0], sides[1], objective, labels)


def _rows(
    split: Split,
    objective: Objective,
    labels: list[str] | None,
    prefix: str,
    numbers: dict[object, int],
    sentences: list[Example],
) -> Rows:
    def number(text: str, example: Example | None = None) -> int:
        # A relation's sentence is another one with other mentions.
        key: object = text if example is None else (text, repr(example))
        if key not in numbers:
            numbers[key] = len(sentences)
            sentences.append(example or Example(0, prefix + text, None, None))
        return numbers[key]

    rows, is_relation = split.examples, objective is Objective.relation
    first = [number(item.text or "", item if is_relation else None) for item in rows]
    is_pair = not is_relation and rows[0].text_pair is not None
    second = np.array([number(item.text_pair or "") for item in rows]) if is_pair else None
    return Rows(rows, np.array(first), second, _targets(rows, objective, labels))


def _targets(rows: Sequence[Example], objective: Objective, labels: list[str] | None) -> np.ndarray | None:
    if objective is Objective.span:
        return None
    if labels is None:
        return np.array([float(item.label) for item in rows])
    ids = {name: index for index, name in enumerate(labels)}
    return np.array([ids[str(item.label)] for item in rows])
