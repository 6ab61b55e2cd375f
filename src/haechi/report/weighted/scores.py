"""Metrics of scores."""

from dataclasses import dataclass

import numpy as np

from haechi.report.judged_rows import JudgedRows
from haechi.report.resampling import Statistic
from haechi.report.weighted.f1 import F1, Mean


def score_statistic(metric: str, rows: JudgedRows) -> Statistic | None:
    """`pearsonr`, `spearmanr`, `mse` or `f1`."""
    true, found = (np.array(side, dtype=np.float64) for side in (rows.golds, rows.predicted))
    match metric:
        case "pearsonr":
            return Correlation(found, true)
        case "spearmanr":
            return RankCorrelation(found, true)
        case "mse":
            return Mean((true - found) ** 2)
        case "f1" if rows.positive_from is not None:
            sides = [(side >= rows.positive_from).astype(np.float32)[:, None] for side in (found, true)]
            return F1(sides[0] * sides[1], sides[0], sides[1], "micro")
        case _:
            return None


@dataclass(frozen=True)
class Correlation:
    """Pearson's; 0 where it is not defined."""

    found_N: np.ndarray
    true_N: np.ndarray

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Values for counts (resamples, rows)."""
        # Around their means, so that squares do not swallow the differences.
        x, y = self.found_N - self.found_N.mean(), self.true_N - self.true_N.mean()
        moments = counts.astype(np.float64) @ np.stack([x, y, x * x, y * y, x * y], axis=1)
        total = counts.sum(axis=1, dtype=np.float64)
        return _correlation(*(moment / total for moment in moments.T))


class RankCorrelation:
    """Spearman's; equal scores share the mean of their ranks; 0 where it is not defined."""

    def __init__(self, found_N: np.ndarray, true_N: np.ndarray) -> None:
        self._sides = [np.unique(side, return_inverse=True)[1] for side in (found_N, true_N)]

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Values for counts (resamples, rows)."""
        wide = counts.astype(np.float64)
        total = wide.sum(axis=1)
        x, y = (_ranks(wide, groups) / total[:, None] - 0.5 for groups in self._sides)
        products = (x, y, x * x, y * y, x * y)
        return _correlation(*((wide * product).sum(axis=1) / total for product in products))


def _ranks(counts: np.ndarray, groups_N: np.ndarray) -> np.ndarray:
    """The rank of each row in each resample; `groups_N`: places of the rows among the distinct scores."""
    order = np.argsort(groups_N, kind="stable")
    starts = np.flatnonzero(np.diff(groups_N[order], prepend=-1))
    sizes = np.add.reduceat(counts[:, order], starts, axis=1)
    ranks = sizes.cumsum(axis=1) - (sizes - 1) / 2
    return ranks[:, groups_N]


def _correlation(x: np.ndarray, y: np.ndarray, xx: np.ndarray, yy: np.ndarray, xy: np.ndarray) -> np.ndarray:
    spread = np.maximum(xx - x * x, 0.0) * np.maximum(yy - y * y, 0.0)
    defined = spread > 1e-24 * np.maximum(xx * yy, 1e-300)
    return np.where(defined, (xy - x * y) / np.sqrt(np.where(defined, spread, 1.0)), 0.0)
