"""TRAIN010."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.steps import rows_to_train_on
from haechi.text import Text


@rule("TRAIN010", Severity.note, essential=False)
def more_rows_wanted_than_there_are(evidence: Evidence) -> Iterator[Problem]:
    """The limit of train rows is beyond what there is.

    ## What
    `task.max_train_rows` is at least the number of train rows, those for validation taken off.

    ## Why
    Nothing is left out then. In a learning curve over `task.max_train_rows=500,1000,5000` points beyond the
    last row are the same run again.

    ## Example
    `python src/train.py task.max_train_rows=1000000`

    ## What to do
    Nothing, or leave the key out.

    ## References
    - docs/settings.md

    # 학습할 행의 한도가 있는 행보다 많습니다

    ## 무엇
    `task.max_train_rows`가 검증용을 뗀 train 행의 수보다 작지 않습니다.

    ## 왜
    그러면 빠지는 행이 없습니다. `task.max_train_rows=500,1000,5000`으로 학습 곡선을 그릴 때, 마지막 행을
    넘는 점은 똑같은 실행을 되풀이한 것입니다.

    ## 할 일
    할 일은 없습니다. 키를 빼도 됩니다.
    """
    wanted, rows = evidence.config.task.max_train_rows, None
    if wanted:
        rows = rows_to_train_on(evidence)
    if wanted and rows is not None and wanted >= rows:
        yield Problem(
            Text(
                f"`task.max_train_rows` is {wanted:,}, and there are {rows:,} train rows: none is left out",
                f"`task.max_train_rows`가 {wanted:,}인데 train이 {rows:,}행이어서, 빠지는 행이 없습니다",
            ),
            keys=["task.max_train_rows"],
            fixes=[["task.max_train_rows=null"]],
        )
