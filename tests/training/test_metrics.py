"""Metrics against hand-worked values."""

import numpy as np
import pytest

from haechi.schema.task import Objective
from haechi.training.metrics import compute_metrics

LABELS = ["가", "나", "다"]


def one_hot(classes: list[int]) -> np.ndarray:
    return np.eye(len(LABELS))[classes]


def test_macro_f1_by_hand() -> None:
    found = compute_metrics(Objective.classification, one_hot([0, 0, 1, 1]), np.array([0, 1, 1, 1]), LABELS)
    # 가: precision 1/2, recall 1. 나: precision 1, recall 2/3. 다 occurs nowhere and counts 0.
    assert found["f1/가"] == pytest.approx(2 / 3)
    assert found["f1/나"] == pytest.approx(4 / 5)
    assert found["f1/다"] == 0.0
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 3)
    assert found["accuracy"] == pytest.approx(3 / 4)


def test_pearson_by_hand() -> None:
    found = compute_metrics(
        Objective.regression, np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 3.0, 5.0]), None
    )
    # Deviations (-4/3, -1/3, 5/3) and (-2, 0, 2): 6 / sqrt(42/9 * 8).
    assert found["pearsonr"] == pytest.approx(6 / np.sqrt(42 / 9 * 8))
    assert found["spearmanr"] == pytest.approx(1.0)
    assert found["mse"] == pytest.approx((0 + 1 + 1) / 3)


def test_equal_predictions_have_no_correlation() -> None:
    found = compute_metrics(Objective.regression, np.zeros((3, 1)), np.array([1.0, 2.0, 3.0]), None)
    assert found["pearsonr"] == 0.0
