"""The tasks' metrics of rows that count several times, many resamples at once.

With every row counted once each gives what `haechi.training.metrics` gives; a test holds it.
"""

from haechi.report.judged_rows import JudgedRows
from haechi.report.resampling import Statistic
from haechi.report.weighted.classes import class_statistic
from haechi.report.weighted.scores import score_statistic
from haechi.report.weighted.spans import span_statistic
from haechi.report.weighted.tags import tag_statistic
from haechi.schema.task import Objective


def build_statistic(metric: str, rows: JudgedRows) -> Statistic | None:
    """The metric as a function of how often each row counts; None for one that predictions do not give.

    Args:
        metric: its name without the split: `macro_f1`, `f1/<class>`, `pearsonr`.
        rows: what was predicted.
    """
    if not len(rows):
        return None
    match rows.objective:
        case Objective.regression.value:
            return score_statistic(metric, rows)
        case Objective.token_classification.value:
            return tag_statistic(metric, rows)
        case Objective.span.value:
            return span_statistic(metric, rows)
        case _:
            return class_statistic(metric, rows)
