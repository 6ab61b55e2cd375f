"""The linear probe: ridge regression as scikit-learn's, its left-out answers those of refitting."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from haechi.study import probe

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("rows", "features"), [(80, 6), (30, 50)])
def test_the_probe_is_ridge_regression(rows: int, features: int) -> None:
    x = RNG.normal(3, 5, (rows, features)).astype(np.float32)
    y = (x[:, :2] @ RNG.normal(size=(2, 3)) + RNG.normal(size=(rows, 3))).astype(np.float32)
    found = probe.fit(x, y)
    scaled = (x - x.mean(0)) / x.std(0)
    theirs = Ridge(alpha=found.penalty * rows).fit(scaled, y)
    fresh = RNG.normal(3, 5, (9, features)).astype(np.float32)
    np.testing.assert_allclose(found(fresh), theirs.predict((fresh - x.mean(0)) / x.std(0)), atol=2e-3)


@pytest.mark.parametrize(("rows", "features"), [(60, 6), (20, 40)])
def test_a_left_out_row_is_answered_by_the_others(rows: int, features: int) -> None:
    x = RNG.normal(size=(rows, features)).astype(np.float32)
    y = (x[:, :1] + RNG.normal(size=(rows, 1))).astype(np.float32)
    found = probe.fit(x, y)
    scaled = (x - x.mean(0)) / x.std(0)
    for row in range(5):
        others = np.arange(rows) != row
        # Scaled by all rows, and the same penalty in absolute terms.
        alone = Ridge(alpha=found.penalty * rows).fit(scaled[others], y[others])
        assert alone.predict(scaled[row : row + 1])[0] == pytest.approx(found.left_out_RC[row, 0], abs=2e-3)


def test_noise_is_shrunk_to_the_average_and_a_signal_is_kept() -> None:
    x = RNG.normal(size=(200, 150)).astype(np.float32)
    noise = probe.fit(x, RNG.normal(size=(200, 1)).astype(np.float32))
    signal = probe.fit(x, x[:, :1])
    assert noise.penalty > 10 * signal.penalty


def test_a_constant_feature_is_left_out() -> None:
    x = np.concatenate([np.full((40, 1), 7.0), RNG.normal(size=(40, 3))], axis=1).astype(np.float32)
    found = probe.fit(x, x[:, 1:2])
    assert np.isfinite(found(x)).all()
    assert found(x[:, :] + np.array([[5, 0, 0, 0]]))[0] == pytest.approx(found(x)[0])


def test_pair_features_are_those_of_the_paper() -> None:
    one, other = np.array([[1.0, 5.0]]), np.array([[3.0, 2.0]])
    assert probe.pair_features(one, other).tolist() == [[1, 5, 3, 2, 2, 3]]
