"""TRAIN002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.schema.metric import METRICS


@rule("TRAIN002")
def unknown_metric(evidence: Evidence) -> Iterator[Problem]:
    """The metric is not one that the task computes.

    ## What
    `task.metric` names a metric that the objective does not produce.

    ## Why
    transformers looks for it after the first whole epoch, and ends with a KeyError.

    ## Example
    `python src/train.py task.metric=f1_macro`

    ## What to do
    Take one of the metrics that the message lists, or leave it to the objective: `task.metric=null`.

    ## References
    - https://github.com/huggingface/transformers/issues/40217
    """
    task = evidence.config.task
    known = list(METRICS[task.objective])
    if task.metric is None or task.metric in known:
        return
    yield Problem(
        f"{task.objective.value} has no metric `{task.metric}`",
        keys=["task.metric", "task.objective"],
        fixes=[[f"task.metric={name}"] for name in (nearest(task.metric, known) or known)[:2]],
        notes=[f"it has {' '.join(known)}"],
    )
