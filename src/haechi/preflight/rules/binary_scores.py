"""LABEL014."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import FRACTION
from haechi.rows.tally import visible
from haechi.schema.task import Objective
from haechi.text import Text

MOST = 3
# Fewer rows may have few scores by chance.
FEWEST_ROWS = 10


@rule("LABEL014", Severity.note, essential=False)
def binary_scores(evidence: Evidence) -> Iterator[Problem]:
    """The scores of a regression are two or three classes.

    ## What
    The labels are whole numbers, and only two or three different ones.

    ## Why
    A regression learns a distance between them that classes do not have, and its metric is a correlation.
    Ids of classes that were read as scores look so; KLUE-STS has such a column beside its scores
    (`binary-label`).

    ## Example
    `python src/train.py task=klue_sts task.files.train=sts.json task.columns.label=labels.binary-label`

    ## What to do
    If these are classes: `task.objective=classification`, or `pair_classification` for pairs.

    ## References
    - https://github.com/KLUE-benchmark/KLUE, klue-sts-v1.1

    # 회귀의 점수가 두세 개의 클래스입니다
    ## 무엇
    레이블이 정수이고 서로 다른 값이 두세 개뿐입니다.

    ## 왜
    회귀는 클래스에는 없는 거리를 배우고, 지표는 상관입니다. 클래스의 id를 점수로 읽으면 이렇게 됩니다.
    KLUE-STS에도 점수 곁에 그런 열(`binary-label`)이 있습니다.

    ## 할 일
    클래스라면 `task.objective=classification`, 쌍이라면 `pair_classification`을 씁니다.
    """
    train = evidence.train
    if evidence.config.task.objective is not Objective.regression or train is None or not train.complete:
        return
    whole = train.numbers == train.labels.total() and not train.count(FRACTION)
    if not whole or not 2 <= len(train.labels) <= MOST or train.rows < FEWEST_ROWS:
        return
    shown = ", ".join(f"{visible(label)} ({count:,})" for label, count in sorted(train.labels.items()))
    objective = "pair_classification" if evidence.has_pairs else "classification"
    yield Problem(
        Text(
            f"the scores of {train.rows:,} train rows are {len(train.labels)} whole numbers: {shown}",
            f"train {train.rows:,}행의 점수가 정수 {len(train.labels)}개뿐입니다: {shown}",
        ),
        keys=["task.objective", "task.columns.label"],
        fixes=[[f"task.objective={objective}"]],
    )
