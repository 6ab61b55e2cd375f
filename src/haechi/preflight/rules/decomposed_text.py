"""DATA013."""

import unicodedata
from collections.abc import Iterator

from haechi.preflight.counting import ids_of, text_key
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.unreadable_language import NOTED_UNKNOWN
from haechi.rows.survey import DECOMPOSED
from haechi.text import Text

NFC = "한국은행 기준금리 동결"
NFD = unicodedata.normalize("NFD", NFC)


@rule("DATA013", Severity.warning, essential=False)
def decomposed_text(evidence: Evidence) -> Iterator[Problem]:
    """Texts are in decomposed form (NFD).

    ## What
    Hangul syllables are written as their letters, or accents stand behind their letters. Where the
    tokenizer composes the text itself, this is a note.

    ## Why
    macOS writes file names so, and texts that were made of them. It looks the same on screen, but a
    vocabulary of syllables has other tokens for it or none: the same word is read as two different ones.

    ## Example
    `python src/train.py task=files task.files.train=from_a_mac.csv`

    ## What to do
    Convert the file once: `uconv -x nfc`, or `unicodedata.normalize('NFC', text)` in Python.

    ## References
    - https://unicode.org/reports/tr15/

    # 풀어쓴 형태(NFD)의 글이 있습니다
    ## 무엇
    한글 음절이 자모로 풀려 있거나 악센트가 글자 뒤에 따로 있습니다. 토크나이저가 스스로 모아쓴다면
    참고로만 알립니다.

    ## 왜
    macOS의 파일 이름과 거기서 만든 글이 이렇습니다. 화면에서는 같아 보여도 음절 어휘에는 다른 토큰이
    되거나 토큰이 없어, 같은 낱말을 다른 두 낱말로 읽습니다.

    ## 할 일
    파일을 한 번 바꿉니다: `uconv -x nfc`, 또는 Python의 `unicodedata.normalize('NFC', text)`.
    """
    tokenizer, counts = evidence.tokenizer, evidence.token_counts
    if counts is not None and counts.unknown_share > NOTED_UNKNOWN:
        return  # TOK003 says why
    composes = tokenizer is not None and len(set(map(tuple, ids_of(tokenizer, [NFC, NFD])))) == 1
    for split in evidence.readable:
        if rows := split.count(DECOMPOSED):
            yield Problem(
                Text(
                    f"{rows:,} of {split.rows:,} {split.seen} are in decomposed form (NFD)",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행의 글이 풀어쓴 형태(NFD)입니다",
                ),
                keys=[text_key(evidence), f"task.files.{split.name}"],
                notes=[
                    split.place(DECOMPOSED),
                    Text(
                        "the tokenizer composes it again, so nothing is lost",
                        "토크나이저가 다시 모아쓰므로 잃는 것은 없습니다",
                    )
                    if composes
                    else Text(
                        "`unicodedata.normalize('NFC', text)` puts the letters together",
                        "`unicodedata.normalize('NFC', text)`가 자모를 모아씁니다",
                    ),
                ],
                severity=Severity.note if composes else None,
            )
