"""DATA016."""

from collections.abc import Iterator

from haechi.preflight.counting import text_key
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.tally import printable
from haechi.schema.task import Objective
from haechi.text import Text

# Fewer rows may have one text by chance.
FEWEST = 3


@rule("DATA016", essential=False)
def constant_text(evidence: Evidence) -> Iterator[Problem]:
    """All rows have the same text.

    ## What
    The column of the text (or of the second text) holds one and the same text in every train row.

    ## Why
    There is nothing to learn from such a column: the model can only learn how often each label occurs.
    Usually another column was meant. Where only one side of a pair is constant, this is a warning.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.text=source`

    ## What to do
    Name the column that holds the texts: `task.columns.text=...`.

    ## References
    - src/haechi/rows/survey.py

    # 모든 행의 글이 같습니다
    ## 무엇
    글(또는 둘째 글)의 열이 모든 train 행에서 똑같습니다.

    ## 왜
    이런 열에서는 배울 것이 없고, 모델은 레이블의 빈도만 배웁니다. 대개 다른 열을 골랐어야 합니다. 쌍의
    한쪽만 같다면 경고합니다.

    ## 할 일
    글이 있는 열을 지정합니다: `task.columns.text=...`.
    """
    train, task = evidence.train, evidence.config.task
    if train is None or train.rows < FEWEST or task.objective is Objective.span:
        return  # one question may be asked of every context
    same = [value for value in train.constant if value is not None and value.strip()]
    if not same:
        return
    every = len(same) == len(train.constant)
    second = train.constant[0] is None
    which = Text("second text", "둘째 글") if second else Text("text", "글")
    yield Problem(
        Text(
            f"all {train.rows:,} {train.seen} have the {which} `{printable(same[0])}`",
            f"{train.seen.ko} {train.rows:,}행의 {which.ko}이 모두 `{printable(same[0])}`입니다",
        ),
        keys=["task.columns.text_pair" if second else text_key(evidence), "task.files.train"],
        severity=None if every and train.complete else Severity.warning,
    )
