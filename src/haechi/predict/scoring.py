"""How good predictions are, where the rows say what is right: KLUE's metrics, as a training computes them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from haechi.rows.examples import Example, QuestionExample, TaggedExample
from haechi.schema.task import Objective

if TYPE_CHECKING:
    from haechi.data.input_format import InputFormat

MOST_ROWS = 100_000
"""Metrics look at all rows at once; more rows than these are not kept for them."""


class Scorer:
    """Collects rows that say what is right."""

    def __init__(self, form: "InputFormat", positive_from: float | None) -> None:
        """Nothing is collected yet."""
        self._form, self._positive_from = form, positive_from
        self._ids = {name: index for index, name in enumerate(form.labels or ())}
        self._examples: list[Example] = []
        self._predictions: list[Any] = []
        self.rows = 0
        """Rows that say what is right, kept or not."""

    def add(self, example: Example, prediction: dict[str, Any]) -> None:
        """Take a row with its prediction, which has the scores of all classes."""
        self.rows += 1
        if self.rows > MOST_ROWS:
            self._examples, self._predictions = [], []
            return
        if isinstance(example, QuestionExample):
            # The context is long, and no metric reads it.
            example = QuestionExample(
                example.row, None, None, None, id="", answers=example.answers,
                is_impossible=example.is_impossible,
            )  # fmt: skip
        elif not isinstance(example, TaggedExample):
            example = Example(example.row, None, None, example.label)
        self._examples.append(example)
        kept = prediction.get("tags", prediction.get("answer"))
        if kept is None:
            scores = prediction.get("scores")
            kept = prediction["score"] if scores is None else np.log(np.maximum(list(scores.values()), 1e-30))
        self._predictions.append(kept)

    @property
    def overflowed(self) -> bool:
        """Whether there were more rows than are kept."""
        return self.rows > MOST_ROWS

    def metrics(self) -> dict[str, float]:
        """Metrics by KLUE's names; none where no row, or too many, said what is right."""
        if not self._examples:
            return {}
        from haechi.training.metrics.classes import class_metrics
        from haechi.training.metrics.relation import relation_metrics
        from haechi.training.metrics.scores import score_metrics
        from haechi.training.metrics.spans import span_metrics
        from haechi.training.metrics.tags import tag_metrics

        labels, examples, found = self._form.labels or [], self._examples, self._predictions
        match self._form.objective:
            case Objective.regression:
                right = np.array([float(example.label) for example in examples])
                return score_metrics(np.array(found), right, self._positive_from)
            case Objective.token_classification:
                return tag_metrics(
                    [item for item in examples if isinstance(item, TaggedExample)], found, labels
                )
            case Objective.span:
                return span_metrics([item for item in examples if isinstance(item, QuestionExample)], found)
            case objective:
                right = np.array([self._ids[str(example.label)] for example in examples])
                measure = relation_metrics if objective is Objective.relation else class_metrics
                return measure(np.stack(found), right, labels)
