"""Metrics of classes against hand-worked values."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from haechi.training.metrics.classes import class_metrics

LABELS = ["가", "나", "다"]


def test_macro_f1_by_hand() -> None:
    found = class_metrics(np.eye(3)[[0, 0, 1, 1]], np.array([0, 1, 1, 1]), LABELS)
    # 가: precision 1/2, recall 1. 나: precision 1, recall 2/3. 다 occurs nowhere and is not averaged.
    assert found["f1/가"] == pytest.approx(2 / 3)
    assert found["f1/나"] == pytest.approx(4 / 5)
    assert found["f1/다"] == 0.0
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found["accuracy"] == pytest.approx(3 / 4)


@pytest.mark.parametrize("classes", [1, 2, 7])
@pytest.mark.parametrize("rows", [1, 3, 200])
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(classes: int, rows: int) -> None:
    """As KLUE's code calls it: without naming classes, so an absent one is not averaged."""
    draw = np.random.Generator(np.random.PCG64(rows * classes))
    for _ in range(30):
        logits = draw.normal(size=(rows, classes))
        targets = draw.integers(0, classes, rows)
        found = class_metrics(logits, targets, [str(index) for index in range(classes)])
        predicted = logits.argmax(-1)
        assert found["accuracy"] == pytest.approx(accuracy_score(targets, predicted))
        assert found["macro_f1"] == pytest.approx(
            f1_score(targets, predicted, average="macro", zero_division=0)
        )
