"""Scores of a cell, kept so that they can be drawn again from other rows."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import stats

# Shape suffixes: S samples, R rows, C classes.


class Score(Protocol):
    """A score of some rows."""

    @property
    def rows(self) -> int:
        """How many rows it is of."""
        ...

    def value(self) -> float:
        """The score; NaN where it is not defined."""
        ...

    def drawn(self, counts_SR: np.ndarray) -> np.ndarray:
        """The score of each sample (S,), in which a row occurs so many times."""
        ...


@dataclass(frozen=True)
class Pearson:
    """Correlation of what was found with what is true."""

    found_R: np.ndarray
    true_R: np.ndarray

    @property
    def rows(self) -> int:
        """Rows."""
        return len(self.found_R)

    def value(self) -> float:
        """As scipy has it."""
        if self.rows < 2 or np.ptp(self.found_R) == 0 or np.ptp(self.true_R) == 0:
            return float("nan")
        found: Any = stats.pearsonr(self.found_R, self.true_R)
        return float(found.statistic)

    def drawn(self, counts_SR: np.ndarray) -> np.ndarray:
        """The correlation in each sample."""
        every = np.ones((len(counts_SR), 1))
        return _weighted_correlation(counts_SR, self.found_R[None] * every, self.true_R[None] * every)


@dataclass(frozen=True)
class Spearman(Pearson):
    """Correlation of ranks, equal ones sharing the average of theirs."""

    def value(self) -> float:
        """As scipy has it."""
        if self.rows < 2 or np.ptp(self.found_R) == 0 or np.ptp(self.true_R) == 0:
            return float("nan")
        found: Any = stats.spearmanr(self.found_R, self.true_R)
        return float(found.statistic)

    def drawn(self, counts_SR: np.ndarray) -> np.ndarray:
        """The correlation in each sample, with the ranks that the rows have within it."""
        ranks = (ranks_within(values, counts_SR) for values in (self.found_R, self.true_R))
        return _weighted_correlation(counts_SR, *ranks)


@dataclass(frozen=True)
class Mean:
    """The average of a number that every row has."""

    values_R: np.ndarray

    @property
    def rows(self) -> int:
        """Rows."""
        return len(self.values_R)

    def value(self) -> float:
        """The average."""
        return float(np.mean(self.values_R)) if self.rows else float("nan")

    def drawn(self, counts_SR: np.ndarray) -> np.ndarray:
        """The average in each sample."""
        return counts_SR @ self.values_R / max(self.rows, 1)


@dataclass(frozen=True)
class F1:
    """F1 of classes: `macro`, the mean over those that occur or are predicted, or `micro`."""

    found_R: np.ndarray
    true_R: np.ndarray
    classes: int
    micro_without: int | None = None
    """The class that micro F1 leaves out (-1 for none); None means macro F1."""

    @property
    def rows(self) -> int:
        """Rows."""
        return len(self.found_R)

    def value(self) -> float:
        """As scikit-learn has it."""
        return float(self.drawn(np.ones((1, self.rows)))[0])

    def drawn(self, counts_SR: np.ndarray) -> np.ndarray:
        """The score in each sample."""
        eye = np.eye(self.classes, dtype=counts_SR.dtype)
        found_RC, true_RC = eye[self.found_R], eye[self.true_R]
        hits_SC, found_SC, true_SC = (counts_SR @ part for part in (found_RC * true_RC, found_RC, true_RC))
        if self.micro_without is not None:
            kept = np.arange(self.classes) != self.micro_without
            totals = (part[:, kept].sum(axis=1) for part in (hits_SC, found_SC, true_SC))
            hits_S, found_S, true_S = totals
            return 2 * hits_S / np.maximum(found_S + true_S, 1)
        present_SC = found_SC + true_SC
        each_SC = 2 * hits_SC / np.maximum(present_SC, 1)
        return each_SC.sum(axis=1) / np.maximum((present_SC > 0).sum(axis=1), 1)


def ranks_within(values_R: np.ndarray, counts_SR: np.ndarray) -> np.ndarray:
    """Ranks (S, R) of the rows in each sample; the copies of a row, and equal rows, share an average rank."""
    _, group_R = np.unique(values_R, return_inverse=True)
    order_R = np.argsort(group_R, kind="stable")
    starts_G = np.flatnonzero(np.diff(group_R[order_R], prepend=-1))
    sizes_SG = np.add.reduceat(counts_SR[:, order_R], starts_G, axis=1)
    ranks_SG = np.cumsum(sizes_SG, axis=1) - (sizes_SG - 1) / 2
    return ranks_SG[:, group_R]


def _weighted_correlation(counts_SR: np.ndarray, one_SR: np.ndarray, other_SR: np.ndarray) -> np.ndarray:
    """Pearson's r in each sample, in which rows weigh what they occur; NaN where a side is constant."""
    total_S1 = counts_SR.sum(axis=1, keepdims=True)
    one_SR = one_SR - (counts_SR * one_SR).sum(axis=1, keepdims=True) / total_S1
    other_SR = other_SR - (counts_SR * other_SR).sum(axis=1, keepdims=True) / total_S1
    weighted_SR = counts_SR * one_SR
    both_S = (weighted_SR * other_SR).sum(axis=1)
    norms_S = (weighted_SR * one_SR).sum(axis=1) * (counts_SR * other_SR**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norms_S > 0, both_S / np.sqrt(norms_S), np.nan)
