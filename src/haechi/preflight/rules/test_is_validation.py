"""DATA019."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("DATA019", Severity.warning, essential=False)
def test_is_validation(evidence: Evidence) -> Iterator[Problem]:
    """The test rows are the validation rows.

    ## What
    The test file is the validation file, or more than half of the test rows are validation rows.

    ## Why
    The best checkpoint is chosen by the validation rows, so its score there is better than on rows it was
    not chosen by. A test score on the same rows says nothing new.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.files.validation=b.csv task.files.test=b.csv`

    ## What to do
    Keep some rows apart for the test, or leave it out: `task.files.test=null`.

    ## References
    - https://scikit-learn.org/stable/modules/cross_validation.html

    # test 행이 validation 행과 같습니다
    ## 무엇
    test 파일이 validation 파일이거나, test 행의 절반 넘게 validation에도 있습니다.

    ## 왜
    가장 좋은 체크포인트를 validation 행으로 고르므로, 거기서 잰 점수는 처음 보는 행에서보다 높습니다.
    같은 행에서 잰 test 점수는 새로운 것을 말해 주지 않습니다.

    ## 할 일
    test에 쓸 행을 따로 두거나, test를 뺍니다: `task.files.test=null`.
    """
    splits = {split.name: split for split in evidence.readable}
    if "validation" not in splits or "test" not in splits:
        return
    validation, test = splits["validation"], splits["test"]
    shared = len(validation.texts.shared(test.texts))
    if shared * 2 <= test.rows:
        return
    same = validation.path == test.path
    yield Problem(
        Text("`task.files.test` is the validation file", "`task.files.test`가 validation 파일입니다")
        if same
        else Text(
            f"{shared:,} of {test.rows:,} {test.seen} are validation rows too",
            f"{test.seen.ko} {test.rows:,}행 가운데 {shared:,}행이 validation에도 있습니다",
        ),
        keys=["task.files.validation", "task.files.test"],
        fixes=[["task.files.test=null"]],
    )
