"""Metrics of classes: accuracy and F1, by scikit-learn."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import accuracy_score, f1_score


def class_metrics(logits: np.ndarray, targets: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """`accuracy`, `macro_f1` and `f1/<label>`, each class against the rest, from 0 to 1.

    `macro_f1` is the mean over the classes that occur or are predicted, as scikit-learn's default and KLUE's
    code have it. One that neither occurs nor is predicted has an F1 of 0 of its own.

    Args:
        logits: (rows, classes).
        targets: class ids (rows,).
        labels: class names in the order of the logits.
    """
    predicted, classes = logits.argmax(axis=-1), list(range(len(labels)))
    # The type hints of scikit-learn know neither None for `average` nor the array that it gives.
    each = np.asarray(f1_score(targets, predicted, labels=classes, average=None, zero_division=0))  # type: ignore[arg-type]
    present = np.union1d(targets, predicted).astype(int)
    return {
        "accuracy": float(accuracy_score(targets, predicted)),
        "macro_f1": float(np.mean(each[present])),
        **{f"f1/{label}": float(value) for label, value in zip(labels, each, strict=True)},
    }
