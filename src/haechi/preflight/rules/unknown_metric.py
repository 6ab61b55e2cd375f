"""TRAIN002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.null_spelt_as_text import is_null_word
from haechi.rows.columns import nearest
from haechi.schema.metric import metrics_of
from haechi.text import Text


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

    # 과제가 계산하지 않는 지표입니다

    ## 무엇
    `task.metric`이 그 목적에서 나오지 않는 지표를 가리킵니다.

    ## 왜
    transformers는 첫 에폭을 다 돈 뒤에 그 지표를 찾다가 KeyError로 끝납니다.

    ## 할 일
    메시지에 나온 지표 가운데 하나를 쓰거나, 목적에 맡깁니다: `task.metric=null`.
    """
    task = evidence.config.task
    known = list(metrics_of(task))
    if task.metric is None or task.metric in known or is_null_word(task.metric):
        return
    yield Problem(
        Text(
            f"{task.objective.value} has no metric `{task.metric}`",
            f"{task.objective.value}에 지표 `{task.metric}`이(가) 없습니다",
        ),
        keys=["task.metric", "task.objective"],
        fixes=[[f"task.metric={name}"] for name in (nearest(task.metric, known) or known)[:2]],
        notes=[Text(f"it has {' '.join(known)}", f"있는 지표: {' '.join(known)}")],
    )
