"""KLUE's metrics: those of an evaluated split, one family of tasks a file.

Source: Park et al. 2021, section 3, https://arxiv.org/abs/2105.09680, and the code of KLUE-baseline, which
is the one that scores are reported by.
"""

from collections.abc import Sequence

import numpy as np

from haechi.data.answers import decode_answers
from haechi.data.split import EncodedSplit
from haechi.data.tags import decode_tags
from haechi.rows.examples import QuestionExample, TaggedExample
from haechi.schema.task import Objective
from haechi.training.metrics.classes import class_metrics
from haechi.training.metrics.relation import relation_metrics
from haechi.training.metrics.scores import score_metrics
from haechi.training.metrics.spans import span_metrics
from haechi.training.metrics.tags import tag_metrics


def compute_metrics(
    objective: Objective,
    outputs: np.ndarray,
    split: EncodedSplit,
    labels: Sequence[str] | None,
    positive_from: float | None = None,
) -> dict[str, float]:
    """Metrics of one split, by KLUE's names.

    Args:
        objective: the task's objective.
        outputs: of the head, in the order of the split's items: logits (items, classes), scores (items, 1),
            ids of tags (items, tokens), or start and end logits (items, tokens, 2).
        split: what was evaluated, with its labels.
        labels: names in the order of the head's outputs; None for scores and spans.
        positive_from: the score from which on two texts count as alike; None where there is none.
    """
    match objective:
        case Objective.regression:
            return score_metrics(outputs.reshape(-1), np.asarray(split.labels), positive_from)
        case Objective.relation:
            return relation_metrics(outputs, np.asarray(split.labels), labels or ())
        case Objective.token_classification:
            tagged = [example for example in split.examples if isinstance(example, TaggedExample)]
            return tag_metrics(tagged, decode_tags(split, outputs, labels or ()), labels or ())
        case Objective.span:
            asked = [example for example in split.examples if isinstance(example, QuestionExample)]
            return span_metrics(asked, [answer.text for answer in decode_answers(split, outputs)])
        case _:
            return class_metrics(outputs, np.asarray(split.labels), labels or ())
