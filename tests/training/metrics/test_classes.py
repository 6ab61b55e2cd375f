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


def made_up(chance: np.random.Generator, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and targets, some of few classes, some nearly right, some equal for all rows."""
    rows, seen = int(chance.integers(1, 60)), int(chance.integers(1, classes + 1))
    targets = chance.choice(chance.permutation(classes)[:seen], rows)
    logits = chance.normal(size=(rows, classes))
    match int(chance.integers(4)):
        case 0:
            logits[:] = logits[0]
        case 1:
            logits += 4.0 * np.eye(classes)[targets]
        case 2:
            logits = logits.round()  # ties
    return logits, targets


@pytest.mark.parametrize("classes", [1, 2, 3, 7, 30])
def test_they_are_those_of_scikit_learn(classes: int) -> None:
    """As KLUE's code calls it: without naming classes, so an absent one is not averaged."""
    chance = np.random.Generator(np.random.PCG64(classes))
    absent = 0
    for _ in range(150):
        logits, targets = made_up(chance, classes)
        found = class_metrics(logits, targets, [str(index) for index in range(classes)])
        predicted = logits.argmax(-1)
        assert found["accuracy"] == pytest.approx(accuracy_score(targets, predicted))
        assert found["accuracy"] == pytest.approx((predicted == targets).mean())
        assert found["macro_f1"] == pytest.approx(
            f1_score(targets, predicted, average="macro", zero_division=0)
        )
        for index in range(classes):
            true, ours = targets == index, predicted == index
            occurring = true.sum() + ours.sum()
            assert found[f"f1/{index}"] == pytest.approx(2 * (true & ours).sum() / max(occurring, 1))
            absent += occurring == 0
    assert absent > 0 or classes == 1
