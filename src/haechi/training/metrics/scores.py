"""Metrics of scores: correlations and the squared error, by numpy, scipy and scikit-learn."""

import numpy as np
from scipy import stats
from sklearn.metrics import f1_score


def score_metrics(
    scores: np.ndarray, targets: np.ndarray, positive_from: float | None = None
) -> dict[str, float]:
    """`pearsonr` and `spearmanr` from -1 to 1, `mse` in squared score units; `f1` from 0 to 1.

    Correlations are 0 where they are not defined: one row, or all predictions equal. `f1` is of the rows
    whose score reaches a threshold, on both sides; KLUE's for STS is 3.

    Args:
        scores: predicted (rows,).
        targets: true (rows,).
        positive_from: the threshold; None gives no `f1`.
    """
    defined = len(scores) > 1 and np.ptp(scores) > 0 and np.ptp(targets) > 0
    ranks = stats.rankdata(scores), stats.rankdata(targets)
    return {
        "pearsonr": float(np.corrcoef(scores, targets)[0, 1]) if defined else 0.0,
        "spearmanr": float(np.corrcoef(*ranks)[0, 1]) if defined else 0.0,
        "mse": float(np.mean((scores - targets) ** 2)),
        **({} if positive_from is None else {"f1": _f1(scores >= positive_from, targets >= positive_from)}),
    }


def _f1(found: np.ndarray, true: np.ndarray) -> float:
    return float(f1_score(true, found, zero_division=0))  # type: ignore[arg-type]
