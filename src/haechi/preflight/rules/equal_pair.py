"""DATA017."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import EQUAL_PAIR
from haechi.text import Text

# KLUE-STS has 0.1 % of such pairs.
NOTED_SHARE = 0.1


@rule("DATA017", Severity.warning, essential=False)
def equal_pair(evidence: Evidence) -> Iterator[Problem]:
    """Both texts of a pair are the same.

    ## What
    In more than half of the train rows the second text equals the first one. From one row in ten on it is
    a note.

    ## Why
    A model that compares two texts learns nothing from a text and itself. Usually one column was named
    twice.

    ## Example
    `python src/train.py task=klue_nli task.files.train=nli.json task.columns.text_pair=premise`

    ## What to do
    Name the other column: `task.columns.text_pair=...`.

    ## References
    - src/haechi/rows/survey.py

    # 쌍의 두 글이 같습니다
    ## 무엇
    train 행의 절반 넘게 둘째 글이 첫째 글과 같습니다. 열 행에 한 행부터는 참고로 알립니다.

    ## 왜
    두 글을 비교하는 모델은 한 글과 그 자신에서 배울 것이 없습니다. 대개 한 열을 두 번 지정했습니다.

    ## 할 일
    다른 열을 지정합니다: `task.columns.text_pair=...`.
    """
    train = evidence.train
    rows = train.count(EQUAL_PAIR) if train else 0
    if train is None or rows / max(train.rows, 1) < NOTED_SHARE:
        return
    yield Problem(
        Text(
            f"both texts are the same in {rows:,} of {train.rows:,} {train.seen}",
            f"{train.seen.ko} {train.rows:,}행 가운데 {rows:,}행은 두 글이 같습니다",
        ),
        keys=["task.columns.text", "task.columns.text_pair"],
        notes=[train.place(EQUAL_PAIR)],
        severity=None if rows * 2 > train.rows else Severity.note,
    )
