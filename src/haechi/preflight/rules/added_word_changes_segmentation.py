"""TOK012."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.useless_added_token import MOST_TYPED
from haechi.schema.tokenizer import NewTokens
from haechi.text import Text
from haechi.tokenization.new_tokens import TooFewSlots, add_tokens, plan_tokens
from haechi.tokenization.runtime import RuntimeTokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding

# A few rows are worth knowing; from this share on the model meets pieces it was not trained with.
DOUBTFUL_SHARE = 0.10
# As many are looked for in each text by themselves; with more the tokenizer is the quicker way.
FEW_WORDS = 50


@rule("TOK012", Severity.note, essential=False)
def added_word_changes_segmentation(evidence: Evidence) -> Iterator[Problem]:
    """Added words change how the words around them are split.

    ## What
    A word of `tokenizer.add_tokens` occurs inside longer words of the train rows, and what is left of
    those words is split otherwise than before. A warning from one row in ten on.

    ## Why
    An added token is cut out of the text before the vocabulary is asked, wherever it occurs. With
    `서울` added, `서울에서` is no longer what it was: the particle behind it becomes a word of its own and
    loses the pieces that the model knows. Adding nouns to a Korean vocabulary does this to nearly every
    row they occur in.

    ## Example
    `python src/train.py 'tokenizer.add_tokens=["까지"]'`

    ## What to do
    Add only words that stand alone in the data, or leave ordinary words out: the pieces of a word that
    was in the pretraining text are a better start than a new token.

    ## References
    - https://huggingface.co/docs/tokenizers/api/added-tokens

    # 둘레의 단어까지 다르게 쪼개지게 하는 추가 토큰

    ## 무엇
    `tokenizer.add_tokens`의 단어가 train 행의 더 긴 단어 안에 나오고, 그 단어의 나머지가 전과 다르게
    쪼개집니다. 열 행에 한 행을 넘으면 경고합니다.

    ## 왜
    추가한 토큰은 어휘를 찾아보기 전에 글의 어디에서든 먼저 잘려 나갑니다. `서울`을 더하면 `서울에서`는 전과
    같은 토큰이 아닙니다. 뒤의 조사가 따로 떨어진 단어가 되어, 모델이 아는 조각을 잃습니다. 한국어 어휘에
    명사를 더하면 그 명사가 나오는 행은 거의 모두 이렇게 됩니다.

    ## 할 일
    데이터에서 홀로 쓰이는 단어만 더하거나, 일반 단어는 더하지 마십시오. 사전 학습 글에 나온 단어라면 새
    토큰보다 원래의 조각이 더 나은 출발점입니다.
    """
    tokenizer, config = evidence.tokenizer, evidence.config.tokenizer
    if tokenizer is None or not config.add_tokens:
        return
    special = [*config.add_special_tokens, *evidence.marker_tokens]
    try:
        plan_tokens(tokenizer, config.add_tokens, special, config.new_tokens)
    except TooFewSlots:
        return  # refused by VOC002
    # Wherever they go, they match alike; behind the last entry the special ones have the same ids in both.
    before, _ = add_tokens(tokenizer, [], special, NewTokens.resize)
    after, added = add_tokens(tokenizer, config.add_tokens, special, NewTokens.resize)
    words = {token.index: token.text for token in added if token.text not in special}
    rows = [[text for text in (item.text, item.text_pair) if text] for item in evidence.sample]
    changes = list(_changes(rows, before, after, words))
    if not changes:
        return
    count = len({change.row for change in changes})
    guilty = {word for change in changes for word in change.words}
    kept = [word for word in config.add_tokens if word not in guilty]
    fix = f"tokenizer.add_tokens=[{','.join(map(as_value, kept))}]"
    first = changes[0]
    yield Problem(
        Text(
            f"in {count:,} of {len(rows):,} sampled train rows the added words change how others are split",
            f"표본 train {len(rows):,}행 가운데 {count:,}행에서 추가한 단어가 다른 단어의 분절도 바꿉니다",
        ),
        keys=["tokenizer.add_tokens"],
        notes=[
            Text(
                f"`{first.around}` was {_shown(first.before)} and is {_shown(first.after)}",
                f"`{first.around}`: 전에는 {_shown(first.before)}, 이제는 {_shown(first.after)}입니다",
            )
        ],
        fixes=[[fix]] if len(fix) <= MOST_TYPED else [],
        severity=Severity.warning if count / len(rows) > DOUBTFUL_SHARE else Severity.note,
    )


class _Change(NamedTuple):
    """One place where added words have changed more than themselves."""

    row: int
    """Index of the row in the sample."""
    words: set[str]
    around: str
    """What lies between the spaces around them."""
    before: list[str]
    after: list[str]


def _changes(
    rows: Sequence[Sequence[str]], before: RuntimeTokenizer, after: RuntimeTokenizer, words: dict[int, str]
) -> Iterator[_Change]:
    few = list(words.values()) if len(words) <= FEW_WORDS else None
    places = [
        (number, text)
        for number, texts in enumerate(rows)
        for text in texts
        if few is None or any(word in text for word in few)
    ]
    texts = [text for _, text in places]
    old = before.encode_whole_with_offsets(texts, special_tokens=False)
    new = after.encode_whole_with_offsets(texts, special_tokens=False)
    for (number, text), was, now in zip(places, old, new, strict=True):
        spans = [
            (span, words[index]) for index, span in zip(now.ids, now.offsets, strict=True) if index in words
        ]
        for left, right in dict.fromkeys(_stretch(text, *span) for span, _ in spans):
            inside = [(span, word) for span, word in spans if left <= span[0] and span[1] <= right]
            taken = [span for span, _ in inside]
            if _others(was, left, right, taken) != _others(now, left, right, taken):
                around = text[left:right]
                pieces = [_pieces(tokenizer, around) for tokenizer in (before, after)]
                yield _Change(number, {word for _, word in inside}, around, *pieces)


def _stretch(text: str, start: int, end: int) -> tuple[int, int]:
    """From the space before a place to the space behind it."""
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _others(
    encoding: "Encoding", left: int, right: int, taken: Sequence[tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """Tokens of a stretch with their offsets, those within the added words left out."""
    found: list[tuple[int, int, int]] = []
    for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        # A piece of sentencepiece may begin with the space before the word.
        start, end = max(start, left), min(end, right)
        if start < end and not any(first <= start and end <= last for first, last in taken):
            found.append((index, start, end))
    return found


def _pieces(tokenizer: RuntimeTokenizer, text: str) -> list[str]:
    return tokenizer.encode_whole_with_offsets([text], special_tokens=False)[0].tokens


def _shown(pieces: Sequence[str]) -> str:
    return " ".join(f"`{piece}`" for piece in pieces)
