"""Metrics of scores against hand-worked values."""

import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

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


def test_random_scores_against_scipy_and_scikit_learn() -> None:
    """Of a continuous scale and of few steps, constant ones, single rows, perfect and opposite ones."""
    chance = np.random.Generator(np.random.PCG64(5))
    undefined = 0
    for _ in range(400):
        rows = int(chance.integers(1, 40))
        targets = chance.uniform(0, 5, rows).round(int(chance.integers(3)))
        scores = chance.choice([0, 1, -1]) * targets + chance.choice([0, 1]) * chance.normal(size=rows)
        scores = scores.astype(chance.choice(["float32", "float64"])).round(int(chance.integers(4)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            enough = rows > 1
            pearson = stats.pearsonr(scores, targets).statistic if enough else np.nan
            spearman = stats.spearmanr(scores, targets).statistic if enough else np.nan
        threshold = float(chance.integers(0, 6))
        found = score_metrics(scores, targets, threshold)
        # Where scipy has NaN, 0.
        assert found["pearsonr"] == pytest.approx(np.nan_to_num(pearson), abs=1e-6)
        assert found["spearmanr"] == pytest.approx(np.nan_to_num(spearman), abs=1e-6)
        assert found["mse"] == pytest.approx(((scores - targets) ** 2).sum() / rows)
        sides = [np.where(side >= threshold, 1, 0) for side in (targets, scores)]
        assert found["f1"] == pytest.approx(f1_score(*sides, average="binary", zero_division=0))
        undefined += np.isnan(pearson)
    assert undefined > 10
