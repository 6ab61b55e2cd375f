"""KLUE's metrics, by scikit-learn and scipy."""

from collections.abc import Sequence

import numpy as np
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score

from haechi.schema.task import Objective


def compute_metrics(
    objective: Objective, outputs: np.ndarray, targets: np.ndarray, labels: Sequence[str] | None
) -> dict[str, float]:
    """Metrics of one split.

    Args:
        objective: the task's objective.
        outputs: logits (rows, classes), or scores (rows, 1).
        targets: class ids (rows,), or scores (rows,).
        labels: class names in the order of the logits; None for a regression.

    Returns:
        Metrics by KLUE's names, all between 0 and 1 but for `pearsonr` and `spearmanr` (-1 to 1) and
        `mse` (squared score units); for classes also `f1/<label>`, each class against the rest. A class
        that neither occurs nor is predicted counts 0 in `macro_f1`, as in KLUE's code.
    """
    if objective is Objective.regression:
        return _regression(outputs.reshape(-1), targets)
    predicted = outputs.argmax(axis=-1)
    classes = list(range(len(labels or [])))
    # The type hints of scikit-learn know neither None for `average` nor the array that it gives.
    each = np.asarray(f1_score(targets, predicted, labels=classes, average=None, zero_division=0))  # type: ignore[arg-type]
    return {
        "accuracy": float(accuracy_score(targets, predicted)),
        "macro_f1": float(np.mean(each)),
        **{f"f1/{label}": float(value) for label, value in zip(labels or [], each, strict=True)},
    }


def _regression(scores: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Correlations are 0 where they are not defined: one row, or all predictions equal."""
    defined = len(scores) > 1 and np.ptp(scores) > 0 and np.ptp(targets) > 0
    return {
        "pearsonr": float(np.corrcoef(scores, targets)[0, 1]) if defined else 0.0,
        "spearmanr": float(np.corrcoef(stats.rankdata(scores), stats.rankdata(targets))[0, 1])
        if defined
        else 0.0,
        "mse": float(np.mean((scores - targets) ** 2)),
    }
