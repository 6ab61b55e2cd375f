"""Metrics of answers, as KLUE codes them."""

from collections.abc import Sequence

import numpy as np

from haechi.rows.answer_scores import SCORES, accepted_answers, score_of
from haechi.rows.examples import QuestionExample


def span_metrics(examples: Sequence[QuestionExample], predicted: Sequence[str]) -> dict[str, float]:
    """`exact_match`, `rouge_w`, `rouge_w_exact` and `char_f1`, from 0 to 1: each the best over the answers
    of a question, averaged over the questions.

    A question that cannot be answered has one answer, the empty one.

    Args:
        examples: the questions with their answers.
        predicted: one answer for each; empty for `no answer`.
    """
    scores: dict[str, list[float]] = {name: [] for name in SCORES}
    for example, answer in zip(examples, predicted, strict=True):
        golds = accepted_answers(example)
        for name in SCORES:
            scores[name].append(score_of(name, answer, golds))
    return {name: float(np.mean(values)) if values else 0.0 for name, values in scores.items()}
