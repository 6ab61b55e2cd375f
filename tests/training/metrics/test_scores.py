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
