"""Metrics of scores against hand-worked values."""

import numpy as np
import pytest

from haechi.training.metrics.scores import score_metrics


def test_pearson_by_hand() -> None:
    found = score_metrics(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 5.0]))
    # Deviations (-4/3, -1/3, 5/3) and (-2, 0, 2): 6 / sqrt(42/9 * 8).
    assert found["pearsonr"] == pytest.approx(6 / np.sqrt(42 / 9 * 8))
    assert found["spearmanr"] == pytest.approx(1.0)
    assert found["mse"] == pytest.approx((0 + 1 + 1) / 3)


def test_equal_predictions_have_no_correlation() -> None:
    found = score_metrics(np.zeros(3), np.array([1.0, 2.0, 3.0]))
    assert found["pearsonr"] == 0.0


def test_f1_is_of_the_rows_that_reach_the_threshold() -> None:
    scores, targets = np.array([3.0, 2.9, 4.0, 1.0, 5.0]), np.array([3.0, 4.0, 2.0, 0.0, 3.0])
    # Found: rows 1, 3, 5; true: rows 1, 2, 5.
    assert score_metrics(scores, targets, 3.0)["f1"] == pytest.approx(2 / 3)
    assert "f1" not in score_metrics(scores, targets)


def test_nothing_that_reaches_the_threshold_is_no_success() -> None:
    assert score_metrics(np.array([1.0, 2.0]), np.array([0.5, 1.0]), 3.0)["f1"] == 0.0
