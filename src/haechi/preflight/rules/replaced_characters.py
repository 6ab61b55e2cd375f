"""DATA014."""

from collections.abc import Iterator

from haechi.preflight.counting import text_key
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import REPLACED
from haechi.text import Text, join

DOUBTFUL_SHARE = 0.01


@rule("DATA014", Severity.warning, essential=False)
def replaced_characters(evidence: Evidence) -> Iterator[Problem]:
    """Texts hold replacement characters.

    ## What
    A text has U+FFFD, the sign that a program puts where it cannot read a byte. Up to one row in a
    hundred is a note.

    ## Why
    The file was once read in a wrong encoding with errors ignored, and saved again: the characters are
    lost for good. BERT's normalizer removes the sign, so that words grow together. KLUE's YNAT has one
    such headline.

    ## Example
    `python src/train.py task=files task.files.train=crawl.csv`

    ## What to do
    Read the source again in its true encoding (CP949 for old Korean pages). What was saved in this state
    cannot be repaired.

    ## References
    - https://www.unicode.org/charts/PDF/UFFF0.pdf

    # 글에 대체 문자가 있습니다
    ## 무엇
    글에 U+FFFD가 있습니다. 프로그램이 읽지 못한 바이트 자리에 넣는 글자입니다. 백 행에 한 행까지는
    참고로만 알립니다.

    ## 왜
    한때 틀린 인코딩으로 오류를 무시하고 읽은 뒤 다시 저장한 파일이며, 그 글자들은 되살릴 수 없습니다.
    BERT의 정규화는 이 글자를 지우므로 낱말이 붙습니다. KLUE의 YNAT에도 그런 제목이 하나 있습니다.

    ## 할 일
    원본을 올바른 인코딩(오래된 한국어 페이지는 CP949)으로 다시 읽습니다. 이 상태로 저장된 것은 고칠 수
    없습니다.
    """
    for split in evidence.readable:
        if rows := split.count(REPLACED):
            few = rows / split.rows < DOUBTFUL_SHARE
            yield Problem(
                Text(
                    f"{rows:,} of {split.rows:,} {split.seen} hold the replacement character U+FFFD",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행에 대체 문자 U+FFFD가 있습니다",
                ),
                keys=[text_key(evidence), f"task.files.{split.name}"],
                notes=[join(": ", [split.place(REPLACED), split.tallies[REPLACED].shown])],
                severity=Severity.note if few else None,
            )
