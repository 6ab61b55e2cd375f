"""Metrics of answers."""

import numpy as np

from haechi.report.judged_rows import JudgedRows
from haechi.report.resampling import Statistic
from haechi.report.weighted.f1 import Mean
from haechi.rows.answer_scores import SCORES, score_of


def span_statistic(metric: str, rows: JudgedRows) -> Statistic | None:
    """`exact_match`, `rouge_w`, `rouge_w_exact` or `char_f1`."""
    if metric not in SCORES:
        return None
    pairs = zip(rows.golds, rows.predicted, strict=True)
    return Mean(np.array([score_of(metric, answer, golds or [""]) for golds, answer in pairs]))
