"""LABEL007."""

from collections.abc import Iterator

from haechi.preflight.counting import accept
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified
from haechi.preflight.rule import rule
from haechi.rows.tally import visible
from haechi.text import Text

ALONE = 0.99
TIMES = 100
# Fewer rows are a try.
FEWEST_ROWS = 200


@rule("LABEL007", Severity.warning, essential=False)
def extreme_imbalance(evidence: Evidence) -> Iterator[Problem]:
    """One class has nearly all rows.

    ## What
    More than 99 % of the train rows have the same label. Where the largest class is only a hundred times
    as large as the smallest one, this is a note.

    ## Why
    A model that always gives this label is right in 99 of 100 rows, and the loss hardly asks for more.
    Accuracy then says nothing; macro F1 shows it. KLUE-RE's classes differ by a factor of 200, and are
    learned.

    ## Example
    `python src/train.py task=files task.files.train=rare_events.csv`

    ## What to do
    Take fewer rows of the large class, or choose by a metric that counts each class alike:
    `task.metric=macro_f1`.

    ## References
    - He and Garcia 2009, https://doi.org/10.1109/TKDE.2008.239

    # 한 클래스가 거의 모든 행을 차지합니다
    ## 무엇
    train 행의 99%가 넘는 행의 레이블이 같습니다. 가장 큰 클래스가 가장 작은 클래스의 백 배를 넘기만 하면
    참고로 알립니다.

    ## 왜
    늘 그 레이블만 내는 모델도 백 행에 아흔아홉 행을 맞히며, 손실도 더 요구하지 않습니다. 이때 정확도는
    아무것도 말해 주지 않고 macro F1이 드러냅니다. KLUE-RE의 클래스는 200배까지 차이 나지만 학습됩니다.

    ## 할 일
    큰 클래스의 행을 줄이거나, 클래스를 똑같이 세는 지표로 고릅니다: `task.metric=macro_f1`.
    """
    train = evidence.train
    if not is_classified(evidence) or train is None or not train.complete or len(train.labels) < 2:
        return
    (large, most), *_, (small, fewest) = train.labels.most_common()
    large, small = visible(large), visible(small)
    alone = most / train.labels.total() > ALONE
    if train.rows < FEWEST_ROWS or not (alone or most > TIMES * fewest):
        return
    yield Problem(
        Text(
            f"{most:,} of {train.rows:,} train rows have the label `{large}`, and {fewest:,} have `{small}`",
            f"train {train.rows:,}행 가운데 {most:,}행의 레이블이 `{large}`이고, "
            f"`{small}`은(는) {fewest:,}행입니다",
        ),
        keys=["task.columns.label", "task.files.train"],
        fixes=[[accept(evidence, "LABEL007")]] if alone else [],
        severity=None if alone else Severity.note,
    )
