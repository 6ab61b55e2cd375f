"""Samples of the rows, the same ones for every cell, so that differences are paired."""

from dataclasses import dataclass, field

import numpy as np

from haechi.study.scores import Score

# Shape suffixes: S samples, R rows.

LEVEL = 0.95
CHUNK_NUMBERS = 4_000_000
"""Numbers of one kind that are in memory at once while samples are scored."""


@dataclass
class Resampler:
    """Draws rows with replacement: sample s of so many rows is the same whoever asks."""

    samples: int
    seed: int
    _counts: dict[int, np.ndarray] = field(default_factory=dict)

    def counts(self, rows: int) -> np.ndarray:
        """How often each row occurs in each sample: (S, R), as uint16."""
        if rows not in self._counts:
            generator = np.random.default_rng([self.seed, rows])
            found_SR = np.zeros((self.samples, rows), np.uint16)
            for drawn_R, count_R in zip(
                generator.integers(0, rows, (self.samples, rows)), found_SR, strict=True
            ):
                count_R[:] = np.bincount(drawn_R, minlength=rows)
            self._counts[rows] = found_SR
        return self._counts[rows]

    def scores(self, score: Score) -> np.ndarray:
        """The score in each sample (S,)."""
        counts_SR = self.counts(score.rows)
        step = max(1, CHUNK_NUMBERS // max(score.rows, 1))
        parts = [
            score.drawn(counts_SR[start : start + step].astype(np.float64))
            for start in range(0, self.samples, step)
        ]
        return np.concatenate(parts)


def interval(scores_S: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of scores; NaN where none is defined.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile intervals).
    """
    defined = scores_S[np.isfinite(scores_S)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
