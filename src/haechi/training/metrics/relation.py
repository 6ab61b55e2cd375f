"""Metrics of relations, by scikit-learn."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import auc, f1_score, precision_recall_curve

from haechi.training.metrics.classes import class_metrics

NO_RELATION = "no_relation"


def relation_metrics(logits: np.ndarray, targets: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """`micro_f1`, `auprc`, and what other classes have; from 0 to 1.

    `micro_f1` leaves the class `no_relation` out: neither finding nor missing it counts. Without such a
    class it is plain micro F1.

    Args:
        logits: (rows, classes).
        targets: class ids (rows,).
        labels: class names in the order of the logits.
    """
    counted = [index for index, name in enumerate(labels) if name != NO_RELATION]
    predicted = logits.argmax(axis=-1)
    micro = f1_score(targets, predicted, labels=counted, average="micro", zero_division=0)  # type: ignore[arg-type]
    auprc = area_under_precision_recall(logits, targets)
    return {"micro_f1": float(micro), "auprc": auprc, **class_metrics(logits, targets, labels)}


def area_under_precision_recall(logits: np.ndarray, targets: np.ndarray) -> float:
    """Area under the curve of precision over recall, averaged over the classes, `no_relation` among them.

    The area is that of the trapezoids between the points, as KLUE codes it. A class without a true row has
    no curve and is left out; in KLUE's own sets every class has some.

    Args:
        logits: (rows, classes).
        targets: class ids (rows,).
    """
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares = shifted / shifted.sum(axis=-1, keepdims=True)
    areas: list[float] = []
    for index in np.unique(targets):
        precision, recall, _ = precision_recall_curve(targets == index, shares[:, index])
        areas.append(float(auc(recall, precision)))
    return float(np.mean(areas)) if areas else 0.0
