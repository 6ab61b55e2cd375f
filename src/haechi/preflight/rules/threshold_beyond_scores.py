"""LABEL017."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text


@rule("LABEL017", Severity.warning, essential=False)
def threshold_beyond_scores(evidence: Evidence) -> Iterator[Problem]:
    """The threshold of alike texts parts no scores.

    ## What
    `task.positive_from` is above every train score, or so low that every one reaches it.

    ## Why
    The metric `f1` counts scores from `task.positive_from` on as alike. Where no score is, it is 0 whatever
    the model learns; where all are, a model that gives everything a high score is perfect. Often the
    threshold belongs to another scale: 3 of KLUE-STS, with scores from 0 to 1.

    ## Example
    `python src/train.py task=sample_sts task.positive_from=30`

    ## What to do
    Name a score within the scale, or leave the metric out: `task.positive_from=null`.

    ## References
    - https://github.com/KLUE-benchmark/KLUE, klue-sts-v1.1

    # 점수를 나누지 못하는 기준 점수입니다

    ## 무엇
    `task.positive_from`이 모든 train 점수보다 높거나, 모든 점수가 넘을 만큼 낮습니다.

    ## 왜
    지표 `f1`은 `task.positive_from` 이상인 점수를 같은 뜻으로 셉니다. 그런 점수가 하나도 없으면 모델이 무엇을
    배우든 0이고, 모두 그렇다면 무엇에나 높은 점수를 주는 모델이 만점을 받습니다. 다른 척도의 기준인 때가
    많습니다. 점수가 0에서 1인데 KLUE-STS의 3을 쓰는 경우가 그렇습니다.

    ## 할 일
    척도 안의 점수를 적거나, 그 지표를 빼십시오: `task.positive_from=null`.
    """
    task, train = evidence.config.task, evidence.train
    threshold = task.positive_from
    if task.objective is not Objective.regression or threshold is None or not math.isfinite(threshold):
        return
    if train is None or not train.complete or not train.numbers or train.lowest == train.highest:
        return  # one score for all rows is what LABEL009 says
    if train.lowest < threshold <= train.highest:
        return
    beyond = threshold > train.highest
    yield Problem(
        Text(
            f"{'no' if beyond else 'every'} train score is {threshold:g} or more: they are from "
            f"{train.lowest:g} to {train.highest:g}",
            f"{threshold:g} 이상인 train 점수가 하나도 없습니다. "
            f"점수는 {train.lowest:g}에서 {train.highest:g}까지입니다"
            if beyond
            else f"train 점수가 모두 {threshold:g} 이상입니다. "
            f"점수는 {train.lowest:g}에서 {train.highest:g}까지입니다",
        ),
        keys=["task.positive_from", "task.columns.label"],
        # Without a threshold there is no `f1` to choose the best checkpoint by.
        fixes=[["task.positive_from=null", *(["task.metric=null"] if task.metric == "f1" else [])]],
    )
