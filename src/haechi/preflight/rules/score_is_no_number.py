"""LABEL004."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified
from haechi.preflight.rule import rule
from haechi.rows.labels import as_number
from haechi.rows.survey import NOT_A_NUMBER
from haechi.rows.tally import visible
from haechi.schema.task import Objective
from haechi.text import Text, join


@rule("LABEL004")
def score_is_no_number(evidence: Evidence) -> Iterator[Problem]:
    """Labels and objective do not go together.

    ## What
    A regression whose labels are not all finite numbers, or a classification whose labels are numbers
    with a fraction.

    ## Why
    transformers guesses the loss from the first batch: class ids with one output become a regression on
    ids, scores with several outputs become a multi-label task, and no line of log says so.

    ## Example
    `python src/train.py task.objective=regression`

    ## What to do
    Set `task.objective` to what the labels are.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration

    # 레이블과 목적이 맞지 않습니다
    ## 무엇
    회귀인데 레이블이 모두 유한한 수는 아니거나, 분류인데 레이블이 소수입니다.

    ## 왜
    transformers는 첫 배치를 보고 손실 함수를 짐작합니다. 출력이 하나면 클래스 id에 대한 회귀가 되고,
    출력이 여럿이고 점수면 다중 레이블이 되는데, 로그에는 한 줄도 남지 않습니다.

    ## 할 일
    `task.objective`를 레이블에 맞게 정합니다.
    """
    if evidence.config.task.objective is Objective.regression:
        yield from _names_as_scores(evidence)
    elif is_classified(evidence) and evidence.config.task.labels is None:
        yield from _scores_as_classes(evidence)


def _names_as_scores(evidence: Evidence) -> Iterator[Problem]:
    for split in evidence.readable:
        bad = split.tallies[NOT_A_NUMBER]
        if bad.count:
            yield Problem(
                Text(
                    f"{bad.count:,} of {split.rows:,} {split.name} scores are no finite number",
                    f"{split.name} 점수 {split.rows:,}개 가운데 {bad.count:,}개가 유한한 수가 아닙니다",
                ),
                keys=["task.objective", "task.columns.label"],
                notes=[join(": ", [bad.place(split.path), bad.shown])],
                fixes=[["task.objective=classification"]] if bad.count == split.rows else [],
            )


def _scores_as_classes(evidence: Evidence) -> Iterator[Problem]:
    train = evidence.train
    if train is None:
        return
    fractions = [label for label in train.labels if not (as_number(label) or 0.0).is_integer()]
    if fractions and len(fractions) * 2 >= len(train.labels):
        shown = visible(fractions[0])
        yield Problem(
            Text(
                f"the labels are {len(train.labels):,} different numbers such as `{shown}`, which are scores",
                f"레이블이 `{shown}` 같은 서로 다른 수 {len(train.labels):,}개이므로 점수입니다",
            ),
            keys=["task.objective", "task.columns.label"],
            fixes=[["task.objective=regression", "task.labels=null"]],
        )
