"""Rows of one split of predictions.jsonl: what is right, and what was predicted."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haechi.report.record import RunRecord
from haechi.schema.task import Objective

_ASKED = ("row", "id", "text", "text_pair", "sentence", "tokens", "question", "label", "labels", "answers")


class UnreadablePredictions(Exception):
    """The predictions cannot be used; why, in a few words."""


@dataclass(frozen=True)
class JudgedRows:
    """The rows of a split in their order."""

    objective: str
    key: str
    """The same for the same rows with the same right answers, in the same order."""
    golds: Sequence[Any]
    """Class names, scores, tuples of tags, or lists of answers."""
    predicted: Sequence[Any]
    """Class names, scores, tuples of tags, or answers."""
    labels: Sequence[str]
    """Names of classes or tags in the order of the head; empty for scores and answers."""
    scores: np.ndarray | None = None
    """Probabilities (rows, classes), where there are classes."""
    positive_from: float | None = None

    def __len__(self) -> int:
        return len(self.golds)


def read_rows(record: RunRecord, split: str) -> JudgedRows:
    """The rows of a split.

    Raises:
        UnreadablePredictions: there are none, or the file is cut.
    """
    if record.predictions is None:
        raise UnreadablePredictions("there is no predictions.jsonl")
    try:
        rows = [row for row in _lines(record.predictions) if row.get("split") == split]
        if not rows:
            raise UnreadablePredictions(f"predictions.jsonl has no {split} rows")
        if len(rows) != record.rows.get(split, len(rows)):
            missing = f"{len(rows):,} of {record.rows[split]:,} {split} rows"
            raise UnreadablePredictions(f"predictions.jsonl is cut: it has {missing}")
        return _judged(record, rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadablePredictions("predictions.jsonl is cut or damaged") from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            # The last line of a file that was cut ends nowhere; nobody knows what is missing behind it.
            if not line.endswith("\n"):
                raise ValueError(path)
            yield json.loads(line)


def _judged(record: RunRecord, rows: Sequence[dict[str, Any]]) -> JudgedRows:
    asked = [[row.get(name) for name in _ASKED] for row in rows]
    key = hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    predicted: list[Any] = [row["prediction"] for row in rows]
    labels: Sequence[str] = ()
    scores = None
    objective = record.objective or _objective(rows[0])
    match objective:
        case Objective.regression.value:
            golds: list[Any] = [float(row["label"]) for row in rows]
        case Objective.span.value:
            golds = [list(row["answers"]) for row in rows]
        case Objective.token_classification.value:
            kept = [[bool(token.strip()) for token in row["tokens"]] for row in rows]
            golds = [_tags(row["labels"], keep) for row, keep in zip(rows, kept, strict=True)]
            predicted = [_tags(row["prediction"], keep) for row, keep in zip(rows, kept, strict=True)]
            labels = _all_labels(record.labels, [tag for tags in (*golds, *predicted) for tag in tags])
        case _:
            golds = [str(row["label"]) for row in rows]
            labels = _all_labels(record.labels or tuple(rows[0]["scores"]), [*golds, *predicted])
            scores = np.array([[row["scores"].get(label, 0.0) for label in labels] for row in rows])
    return JudgedRows(objective, key.hexdigest(), golds, predicted, labels, scores, record.positive_from)


def _objective(row: dict[str, Any]) -> str:
    """What a row looks like, where no config says it."""
    if "answers" in row:
        return Objective.span.value
    if "tokens" in row:
        return Objective.token_classification.value
    return Objective.classification.value if "scores" in row else Objective.regression.value


def _tags(tags: Sequence[str], keep: Sequence[bool]) -> tuple[str, ...]:
    """Tags of the tokens that count: spaces are none."""
    return tuple(tag for tag, kept in zip(tags, keep, strict=True) if kept)


def _all_labels(known: Sequence[str], met: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*known, *sorted(set(met) - set(known))]))
