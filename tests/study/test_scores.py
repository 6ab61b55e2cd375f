"""Scores and their samples: those of scipy and scikit-learn, also when rows are drawn several times."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from haechi.study.bootstrap import Resampler, interval
from haechi.study.scores import F1, Mean, Pearson, Spearman, ranks_within

RNG = np.random.default_rng(0)
TRUE = RNG.integers(0, 6, 60) / 1.0  # many ties, as in scores that people gave
FOUND = TRUE + RNG.normal(0, 2, 60).round(1)


def repeated(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.repeat(values, counts)


@pytest.mark.parametrize(("score", "theirs"), [(Spearman, stats.spearmanr), (Pearson, stats.pearsonr)])
def test_correlations_are_scipys_in_every_sample(score, theirs) -> None:
    ours = score(FOUND, TRUE)
    assert ours.value() == pytest.approx(theirs(FOUND, TRUE).statistic, abs=1e-12)
    counts = Resampler(20, 1).counts(60)
    expected = [theirs(repeated(FOUND, row), repeated(TRUE, row)).statistic for row in counts]
    np.testing.assert_allclose(ours.drawn(counts.astype(float)), expected, atol=1e-12)


def test_f1_is_scikit_learns_in_every_sample() -> None:
    true, found = RNG.integers(0, 4, 60), RNG.integers(0, 4, 60)
    counts = Resampler(20, 2).counts(60)
    for row, macro, micro in zip(
        counts,
        F1(found, true, 5).drawn(counts.astype(float)),
        F1(found, true, 5, micro_without=2).drawn(counts.astype(float)),
        strict=True,
    ):
        both = repeated(true, row), repeated(found, row)
        assert macro == pytest.approx(f1_score(*both, average="macro"))
        assert micro == pytest.approx(f1_score(*both, average="micro", labels=[0, 1, 3, 4], zero_division=0))
    assert F1(found, true, 5).value() == pytest.approx(f1_score(true, found, average="macro"))


def test_a_constant_has_no_correlation() -> None:
    score = Spearman(np.zeros(60), TRUE)
    assert np.isnan(score.value())
    assert np.isnan(interval(score.drawn(np.ones((3, 60))))).all()


def test_ranks_of_a_row_drawn_twice_are_shared() -> None:
    assert ranks_within(np.array([5.0, 1.0, 5.0]), np.array([[1.0, 2.0, 1.0]])).tolist() == [[3.5, 1.5, 3.5]]


def test_the_interval_of_an_average_is_that_of_the_normal_distribution() -> None:
    values = RNG.normal(0, 1, 400)
    low, high = interval(Resampler(2000, 3).scores(Mean(values)))
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)


def test_samples_are_the_same_for_every_cell() -> None:
    one, other = Resampler(5, 3), Resampler(5, 3)
    one.counts(7)
    assert (one.counts(60) == other.counts(60)).all()
    assert (one.counts(60).sum(axis=1) == 60).all()
