"""Rows drawn anew, with replacement: how often each row counts in each of many resamples."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

RESAMPLES = 2000
SEED = 20_240_229
_AT_ONCE = 4_000_000
"""Counts that are held at once."""

Statistic = Callable[[np.ndarray], np.ndarray]
"""A metric of rows that count several times: counts (resamples, rows) -> values (resamples,)."""


def resampled(statistics: Sequence[Statistic], rows: int, key: str, resamples: int = RESAMPLES) -> np.ndarray:
    """Values of each statistic on the same resamples of its rows: (statistics, resamples).

    Args:
        statistics: of one and the same rows.
        rows: how many there are.
        key: what the rows are known by; the same key draws the same resamples.
        resamples: how many times the rows are drawn.
    """
    found = np.empty((len(statistics), resamples))
    done = 0
    for counts in _draws(rows, key, resamples):
        for index, statistic in enumerate(statistics):
            found[index, done : done + len(counts)] = statistic(counts)
        done += len(counts)
    return found


def on_all_rows(statistic: Statistic, rows: int) -> float:
    """The value with each row counted once: the metric itself."""
    return float(statistic(np.ones((1, rows), dtype=np.float32))[0])


def students_t(freedom: int, draws: int, stream: str) -> np.ndarray:
    """Values of Student's t in random order: evenly spread quantiles, whose own spread no chance is in."""
    from scipy.special import stdtrit

    quantiles = stdtrit(freedom, (np.arange(draws) + 0.5) / draws)
    return _generator(stream).permutation(quantiles)


def _draws(rows: int, key: str, resamples: int) -> Iterator[np.ndarray]:
    generator = _generator(key)
    step = max(1, min(resamples, _AT_ONCE // max(rows, 1)))
    for first in range(0, resamples, step):
        size = min(step, resamples - first)
        drawn = generator.integers(0, rows, (size, rows))
        drawn += np.arange(size)[:, None] * rows
        counts = np.bincount(drawn.ravel(), minlength=size * rows)
        yield counts.reshape(size, rows).astype(np.float32)


def _generator(key: str) -> np.random.Generator:
    digest = hashlib.sha256(key.encode()).digest()
    return np.random.default_rng([SEED, int.from_bytes(digest[:8])])
