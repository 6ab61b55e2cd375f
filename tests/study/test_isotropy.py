"""Isotropy: known values for even and for crowded vectors; whitening and removal do what they say."""

import numpy as np
import pytest

from haechi.study.isotropy import before_and_after, isotropy, principal
from haechi.study.similarity import unit

RNG = np.random.default_rng(0)
CROWDED = (RNG.normal(size=(500, 20)) * np.linspace(3, 0.3, 20) + 4).astype(np.float32)


def test_the_mean_cosine_is_that_of_all_pairs() -> None:
    units = unit(CROWDED)
    products = units @ units.T
    expected = products[~np.eye(500, dtype=bool)].mean()
    assert isotropy(CROWDED, np.eye(20, dtype=np.float32)).mean_cosine == pytest.approx(expected, abs=1e-5)


def test_crowded_vectors_are_even_afterwards() -> None:
    half, rest = np.arange(250), np.arange(250, 500)
    found = {name: even for name, (_, even) in before_and_after(CROWDED, half, rest).items()}
    assert found["raw"].mean_cosine > 0.5
    assert abs(found["whitened"].mean_cosine) < 0.05
    assert found["whitened"].partition > found["raw"].partition
    assert abs(found["without_top"].mean_cosine) < 0.1


def test_whitened_vectors_have_variance_one_in_every_direction() -> None:
    white = principal(CROWDED).whitened(CROWDED)
    np.testing.assert_allclose(np.cov(white.T), np.eye(20), atol=1e-2)


def test_the_top_direction_and_the_mean_are_gone() -> None:
    found = principal(CROWDED)
    bare = found.without_top(CROWDED)
    np.testing.assert_allclose(bare.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(bare @ found.directions_DD[:, 0], 0, atol=1e-3)
    assert np.var(bare @ found.directions_DD[:, 1]) == pytest.approx(found.variances_D[1], rel=0.02)


def test_a_direction_without_variance_is_not_blown_up() -> None:
    flat = np.concatenate([CROWDED, np.zeros((500, 1), np.float32)], axis=1)
    assert principal(flat).whitened(flat).shape[1] == 20
