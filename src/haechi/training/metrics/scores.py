"""Metrics of scores: correlations and the squared error, by numpy and scipy."""

import numpy as np
from scipy import stats


def score_metrics(scores: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """`pearsonr` and `spearmanr` from -1 to 1, `mse` in squared score units.

    Correlations are 0 where they are not defined: one row, or all predictions equal.

    Args:
        scores: predicted (rows,).
        targets: true (rows,).
    """
    defined = len(scores) > 1 and np.ptp(scores) > 0 and np.ptp(targets) > 0
    ranks = stats.rankdata(scores), stats.rankdata(targets)
    return {
        "pearsonr": float(np.corrcoef(scores, targets)[0, 1]) if defined else 0.0,
        "spearmanr": float(np.corrcoef(*ranks)[0, 1]) if defined else 0.0,
        "mse": float(np.mean((scores - targets) ** 2)),
    }
