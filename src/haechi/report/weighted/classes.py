"""Metrics of classes and of relations."""

import numpy as np

from haechi.report.judged_rows import JudgedRows
from haechi.report.resampling import Statistic
from haechi.report.weighted.curve import PrecisionRecallArea
from haechi.report.weighted.f1 import F1, Mean

# As haechi.training.metrics.relation names it, which is not imported, since it brings scikit-learn.
NO_RELATION = "no_relation"


def class_statistic(metric: str, rows: JudgedRows) -> Statistic | None:
    """`accuracy`, `macro_f1`, `micro_f1`, `auprc` or `f1/<class>`."""
    labels = rows.labels
    place = {label: index for index, label in enumerate(labels)}
    true = np.array([place[label] for label in rows.golds])
    found = np.array([place[label] for label in rows.predicted])
    match metric:
        case "accuracy":
            return Mean(true == found)
        case "macro_f1":
            return _f1(true, found, list(range(len(labels))), macro=True)
        case "micro_f1":
            return _f1(true, found, [place[label] for label in labels if label != NO_RELATION], macro=False)
        case "auprc" if rows.scores is not None:
            return PrecisionRecallArea(rows.scores, true)
        case _ if metric.startswith("f1/") and metric[3:] in place:
            return _f1(true, found, [place[metric[3:]]], macro=False)
        case _:
            return None


def _f1(true: np.ndarray, found: np.ndarray, classes: list[int], *, macro: bool) -> F1:
    true_NC, found_NC = (side[:, None] == np.array(classes) for side in (true, found))
    hits_NC = (true_NC & found_NC).astype(np.float32)
    sides = true_NC.astype(np.float32), found_NC.astype(np.float32)
    return F1(hits_NC, sides[1], sides[0], "present" if macro else "micro")
