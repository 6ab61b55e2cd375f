"""LEN007."""

from collections.abc import Iterator

from haechi.preflight.counting import rows_counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.unreadable_language import REFUSED_TOKENS_PER_CHARACTER
from haechi.text import Text

MOST_PER_WORD = 3.0
MOST_PER_CHARACTER = 0.85
FEWEST_WORDS = 100


@rule("LEN007", Severity.note, essential=False)
def tokens_per_word(evidence: Evidence) -> Iterator[Problem]:
    """Words fall apart into many tokens.

    ## What
    A Korean word of the train rows takes more than three tokens on average, and a character nearly one.

    ## Why
    The pieces are then hardly more than characters: inputs are long, and the model has to put words
    together by itself. Korean vocabularies take 2.1 to 2.6 tokens a word of YNAT's headlines, the
    multilingual BERT 3.0, an English byte-level one 9.0.

    ## Example
    `python src/train.py task=klue_ynat model=mbert`

    ## What to do
    Nothing has to be done. A model with a Korean vocabulary reads more of a text in the same length:
    `model=klue_bert`.

    ## References
    - Rust et al. 2021, https://arxiv.org/abs/2012.15613

    # 낱말이 많은 토큰으로 쪼개집니다
    ## 무엇
    train 행의 한국어 낱말 하나가 평균 세 토큰을 넘고, 글자 하나가 거의 한 토큰입니다.

    ## 왜
    조각이 글자와 거의 같아져 입력이 길어지고, 모델이 낱말을 스스로 이어 붙여야 합니다. YNAT 제목에서
    한국어 어휘는 낱말 하나에 2.1에서 2.6토큰, 다국어 BERT는 3.0, 영어 바이트 어휘는 9.0토큰을 씁니다.

    ## 할 일
    꼭 할 일은 없습니다. 한국어 어휘의 모델은 같은 길이로 더 많은 글을 읽습니다: `model=klue_bert`.
    """
    counts = evidence.token_counts
    if counts is None or not counts.is_korean or counts.words < FEWEST_WORDS:
        return
    if counts.tokens_per_word <= MOST_PER_WORD or counts.tokens_per_character <= MOST_PER_CHARACTER:
        return
    if counts.tokens_per_character > REFUSED_TOKENS_PER_CHARACTER:
        return  # TOK003 refuses it
    seen = rows_counted(evidence)
    yield Problem(
        Text(
            f"a word takes {counts.tokens_per_word:.2f} tokens, "
            f"over {counts.words:,} words of {counts.rows:,} {seen}",
            f"{seen.ko} {counts.rows:,}행의 낱말 {counts.words:,}개에서 "
            f"한 낱말이 {counts.tokens_per_word:.2f}토큰입니다",
        ),
        keys=["tokenizer.source", "model.checkpoint"],
        notes=[Text("Korean vocabularies take 2.1 to 2.6", "한국어 어휘는 2.1에서 2.6토큰을 씁니다")],
    )
