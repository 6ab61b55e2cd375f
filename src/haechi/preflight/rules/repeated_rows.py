"""DATA011."""

from collections.abc import Iterator

from haechi.preflight.counting import accept, at_indices, is_constant
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

# KLUE's train files have up to 0.06 % of such rows, film reviews about 2 %.
DOUBTFUL_SHARE = 0.01
# So few rows say nothing in a small file.
FEW = 3


@rule("DATA011", Severity.warning, essential=False)
def repeated_rows(evidence: Evidence) -> Iterator[Problem]:
    """Train rows stand in the file more than once.

    ## What
    The same text (and second text), after NFC and with spaces evened out, is in several train rows. Up to
    one in a hundred is a note.

    ## Why
    A repeated row counts more than others in the loss. Where train rows are split off for validation, its
    twin stays in train, and the score measures memory.

    ## Example
    `python src/train.py task=files task.files.train=merged.csv`

    ## What to do
    Remove the repetitions from the file. Short texts that people do write more than once may stay:
    `preflight.ignore=[DATA011]`.

    ## References
    - Lee et al. 2022, https://arxiv.org/abs/2107.06499

    # train 행이 되풀이됩니다
    ## 무엇
    NFC로 바꾸고 공백을 고르게 한 뒤 같은 글(과 둘째 글)이 train의 여러 행에 있습니다. 백 행에 한 행까지는
    참고로만 알립니다.

    ## 왜
    되풀이된 행은 손실에서 다른 행보다 큰 몫을 차지합니다. train에서 validation을 떼어 내는 경우에는 짝이
    train에 남아 점수가 암기를 재게 됩니다.

    ## 할 일
    파일에서 되풀이된 행을 지웁니다. 사람들이 실제로 여러 번 쓰는 짧은 글이라면
    `preflight.ignore=[DATA011]`로 둘 수 있습니다.
    """
    train = evidence.train
    if train is None or is_constant(train):
        return
    repeated = train.texts.repeated()
    if not repeated:
        return
    share = len(repeated) / train.rows
    yield Problem(
        Text(
            f"{len(repeated):,} of {train.rows:,} {train.seen} stand before in the file, with the same text",
            f"{train.seen.ko} {train.rows:,}행 가운데 {len(repeated):,}행은 앞에 나온 행과 글이 같습니다",
        ),
        keys=["task.files.train"],
        notes=[at_indices(train, repeated)],
        fixes=[] if share < DOUBTFUL_SHARE else [[accept(evidence, "DATA011")]],
        severity=Severity.note if share < DOUBTFUL_SHARE or len(repeated) < FEW else None,
    )
