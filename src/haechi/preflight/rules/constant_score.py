"""LABEL009."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text


@rule("LABEL009")
def constant_score(evidence: Evidence) -> Iterator[Problem]:
    """All scores are the same.

    ## What
    The scores of the train rows, or of the validation or test rows, are one and the same number.

    ## Why
    There is nothing to learn from one score. A correlation with one score is undefined: Pearson's r is 0
    divided by 0, so no checkpoint is the best one. In the test rows it is a warning.

    ## Example
    `python src/train.py task=files task.objective=regression task.files.train=a.csv`

    ## What to do
    Name the column of the scores: `task.columns.label=...`.

    ## References
    - https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.pearsonr.html

    # 모든 점수가 같습니다
    ## 무엇
    train 행의 점수, 또는 validation이나 test 행의 점수가 모두 같은 수입니다.

    ## 왜
    점수가 하나뿐이면 배울 것이 없습니다. 한 점수와의 상관은 정의되지 않습니다. 피어슨 상관이 0 나누기 0이
    되어 가장 좋은 체크포인트를 고를 수 없습니다. test 행에서는 경고합니다.

    ## 할 일
    점수가 있는 열을 지정합니다: `task.columns.label=...`.
    """
    if evidence.config.task.objective is not Objective.regression:
        return
    for split in evidence.readable:
        if split.name == "train" and split.rows == 1:
            continue  # DATA008 says that one row is too few
        if not split.complete or not split.numbers or split.lowest < split.highest:
            continue
        yield Problem(
            Text(
                f"the scores of all {split.numbers:,} {split.name} rows are {split.lowest:g}",
                f"{split.name} {split.numbers:,}행의 점수가 모두 {split.lowest:g}입니다",
            ),
            keys=["task.columns.label", f"task.files.{split.name}"],
            fixes=[] if split.name == "train" else [[f"task.files.{split.name}=null"]],
            severity=Severity.warning if split.name == "test" else None,
        )
