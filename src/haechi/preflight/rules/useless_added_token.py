"""TOK013."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.tally import printable
from haechi.text import Text
from haechi.tokenization.new_tokens import is_text, spare_slots

KEYS = ("tokenizer.add_tokens", "tokenizer.add_special_tokens")
# How vocabularies write a piece inside a word (WordPiece), or one behind a space (sentencepiece, bytes).
PIECE = re.compile(r"##\S+|[▁Ġ]\S+")
UNSEEN = frozenset("\u00ad\u200b\u2060\ufeff")
"""Characters without a width that are no part of a word; joiners are, in emoji and other scripts."""
LONGEST = 100
"""Characters of a token; hardly any text has one so long."""
MOST_TYPED = 4000
"""Characters of a list that can still be typed."""

BROKEN = Text("an added token is not UTF-8", "더한 토큰이 UTF-8이 아닙니다")
BLANK = Text("an added token has no character", "더한 토큰에 글자가 없습니다")
SPACED = Text("an added token has spaces at its ends", "더한 토큰의 양 끝에 공백이 있습니다")
CONTROL = Text("an added token holds a control character", "더한 토큰에 제어 문자가 들어 있습니다")
LONG = Text(f"an added token is longer than {LONGEST} characters", f"더한 토큰이 {LONGEST}자보다 깁니다")
AS_PIECE = Text(
    "an added token is written as a piece of a vocabulary, which no text holds",
    "글에는 나오지 않는 어휘 조각의 꼴로 토큰을 더했습니다",
)
SPELLED = Text("no text has the added token in this spelling", "글에 이 꼴로는 나오지 않는 토큰을 더했습니다")
CAPITALS = Text(
    "an added token has capitals, which this vocabulary makes small, and matches only as it is written",
    "이 어휘는 소문자로 바꾸어 읽는데, 대문자로 더한 토큰은 적힌 그대로일 때만 맞습니다",
)
BOTH = Text("a token is added as special and as ordinary", "특수 토큰과 일반 토큰으로 함께 더했습니다")
DOUBLED = Text("a token is added twice", "같은 토큰을 두 번 더했습니다")
KNOWN = Text("the vocabulary has the added token already", "어휘에 이미 있는 토큰을 더했습니다")
WHATS = (BROKEN, BLANK, SPACED, CONTROL, LONG, AS_PIECE, SPELLED, CAPITALS)
SEVERITIES = {BROKEN: Severity.error, BOTH: Severity.error, KNOWN: Severity.note, CAPITALS: Severity.note}
NOTES = {
    BROKEN: Text(
        "a terminal in another encoding types such words; it and `LANG` can be set to UTF-8",
        "다른 인코딩의 터미널에서 적으면 그렇게 됩니다. 터미널과 `LANG`을 UTF-8로 맞출 수 있습니다",
    ),
}


@rule("TOK013", Severity.warning, essential=False)
def useless_added_token(evidence: Evidence) -> Iterator[Problem]:
    """Tokens are added that add nothing, or twice over.

    ## What
    `tokenizer.add_tokens` or `tokenizer.add_special_tokens` holds a token without a character, one that
    is there twice, one that is special here and ordinary there (the markers of a relation task are
    special), one that the vocabulary has already, or one in a spelling that no text has: in decomposed
    form (NFD), in capitals where the texts are in small letters and the vocabulary does not tell them
    apart, with spaces at its ends, with a control character, as a piece of a vocabulary (`##말`), or
    longer than a hundred characters. What the sampled rows do hold is in order.

    ## Why
    Added tokens are looked for in the text as it stands, before it is lower-cased or composed, letter by
    letter. A token that never matches is a row of the table that is never trained, and the text is split
    as before. A token in both lists would be special, whatever the other list says. What is not UTF-8
    (a terminal in EUC-KR types such words) is no text for a tokenizer, and is refused.

    ## Example
    `python src/train.py 'tokenizer.add_tokens=["새말","새말"]'`

    ## What to do
    Take the corrected lists that the message gives.

    ## References
    - https://huggingface.co/docs/tokenizers/api/added-tokens

    # 더해도 소용없는 토큰

    ## 무엇
    `tokenizer.add_tokens`나 `tokenizer.add_special_tokens`에 글자가 없는 토큰, 두 번 적힌 토큰, 한쪽에는
    특수 토큰으로 다른 쪽에는 일반 토큰으로 적힌 토큰(관계 과제의 마커는 특수 토큰입니다), 어휘에 이미 있는
    토큰, 또는 어느 글에도 없는 꼴로 적힌 토큰이 있습니다. 풀어쓴 형태(NFD)로 적혔거나, 대소문자를 가리지
    않는 어휘에서 글은 소문자인데 대문자로 적혔거나, 양 끝에 공백이 있거나, 제어 문자가 들어 있거나, 어휘의
    조각(`##말`) 꼴이거나, 백 글자보다 긴 경우입니다. 표본 행에 그대로 나오는 토큰은 문제 삼지 않습니다.

    ## 왜
    추가한 토큰은 소문자화나 모아쓰기를 하기 전의 글에서 글자 그대로 찾습니다. 한 번도 맞지 않는 토큰은
    학습되지 않는 행으로 남고, 글은 전과 똑같이 쪼개집니다. 두 목록에 함께 있는 토큰은 다른 목록과 상관없이
    특수 토큰이 됩니다. UTF-8이 아닌 글자(EUC-KR 터미널에서 적으면 그렇게 됩니다)는 토크나이저가 글로 읽을 수
    없으므로 거부합니다.

    ## 할 일
    메시지가 제시하는 고친 목록을 쓰십시오.
    """
    config = evidence.config.tokenizer
    lists = config.add_tokens, config.add_special_tokens
    if not any(lists):
        return
    ordinary, special = lists
    markers = set(evidence.marker_tokens)
    counts = Counter(ordinary), Counter(special)
    named = dict.fromkeys([*ordinary, *special])
    forms = _forms(evidence, named, counts[0].keys())
    kept = {token: form.better for token, form in forms.items()} | {
        token: token for token in named if token not in forms
    }
    known = _known(evidence, kept, counts[1].keys())
    chosen = [better for token in special if (better := kept[token]) and token not in known]
    taken = {*chosen, *markers}
    words = [better for token in ordinary if (better := kept[token]) and token not in known]
    corrected = [word for word in words if word not in taken], chosen
    fix = [
        f"{key}=[{','.join(map(as_value, dict.fromkeys(new)))}]"
        for key, old, new in zip(KEYS, lists, corrected, strict=True)
        if old != list(dict.fromkeys(new))
    ]
    typed = sum(map(len, fix)) <= MOST_TYPED
    both = [token for token in counts[0] if token in counts[1] or token in markers]
    doubled = [token for token in named if max(count[token] for count in counts) > 1]
    known = known - forms.keys()
    faults = [
        *((what, [token for token in forms if forms[token].what is what]) for what in WHATS),
        (BOTH, [token for token in both if token not in forms]),
        (DOUBLED, [token for token in doubled if token not in forms]),
        (KNOWN, [token for token in named if token in known]),
    ]
    for what, tokens in faults:
        if not tokens:
            continue
        shown = _shown(tokens)
        keys = [key for key, old in zip(KEYS, counts, strict=True) if old.keys() & set(tokens)]
        yield Problem(
            Text(f"{what}: {shown}", f"{what.ko}: {shown.ko}"),
            keys=[*keys, *(["task.markers"] if what is BOTH and markers & set(tokens) else [])],
            fixes=[fix] if typed else [],
            notes=[NOTES[what]] if what in NOTES else [],
            severity=SEVERITIES.get(what, Severity.warning),
        )


class _Form(NamedTuple):
    """What is wrong with how a token is written."""

    what: Text
    better: str
    """How it should be written; empty where it is to be left out."""


def _forms(evidence: Evidence, tokens: Collection[str], ordinary: Collection[str]) -> dict[str, _Form]:
    """Tokens that no text has as they are written."""
    rows = "\0".join(text for item in evidence.sample for text in (item.text, item.text_pair) if text)
    tokenizer = evidence.tokenizer
    known = tokenizer.vocabulary if tokenizer else {}
    lower_cases = tokenizer is not None and tokenizer.lower_cases
    found: dict[str, _Form] = {}
    for token in tokens:
        form = _form(token, token in ordinary and token not in known) or _spelling(token, rows, lower_cases)
        # A sentencepiece vocabulary may well be given a word with the space before it.
        if form is not None and (form.what in (BROKEN, BLANK) or token not in rows):
            better = form.better and (_spelling(form.better, rows, lower_cases) or form).better
            found[token] = _Form(form.what, better)
    return found


def _form(token: str, is_new_word: bool) -> _Form | None:
    if not is_text(token):
        return _Form(BLANK if not token.strip() else BROKEN, "")
    seen = "".join(" " if character.isspace() else character for character in token)
    seen = "".join(character for character in seen if not _is_unseen(character)).strip()
    if seen != token:
        return _Form(SPACED if seen == token.strip() else CONTROL, seen)
    if len(token) > LONGEST:
        return _Form(LONG, "")
    if is_new_word and PIECE.fullmatch(token):
        return _Form(AS_PIECE, "" if token.startswith("##") else token[1:])
    return None


def _is_unseen(character: str) -> bool:
    return character in UNSEEN or unicodedata.category(character) == "Cc"


def _spelling(token: str, rows: str, lower_cases: bool) -> _Form | None:
    """A token in another spelling than the texts have."""
    composed = unicodedata.normalize("NFC", token)
    spellings = [composed, composed.lower()] if lower_cases else [composed]
    if all(spelling == token for spelling in spellings):
        return None
    there = next((item for item in (token, *spellings) if item in rows), None)
    if there is None:
        # Korean text is hardly ever written in decomposed form; of capitals nothing can be told.
        return _Form(SPELLED, composed) if composed != token else _Form(CAPITALS, spellings[-1])
    return _Form(SPELLED, there) if there != token else None


def _known(evidence: Evidence, tokens: dict[str, str], special: Collection[str]) -> set[str]:
    """Tokens that, once they are written well, the vocabulary has or reads as one piece.

    An ordinary entry may well become a special token, and a spare slot may be named.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return set()
    roles = set(tokenizer.tokens.values())
    already = {token for token in special if tokens[token] in roles}
    slots = set(spare_slots(tokenizer))
    words = [token for token, better in tokens.items() if better and token not in special]
    words = [token for token in words if tokens[token] not in slots]
    unk = tokenizer.id("unk")
    encodings = tokenizer.encode_whole_with_offsets([tokens[token] for token in words], special_tokens=False)
    return already | {
        token
        for token, encoding in zip(words, encodings, strict=True)
        if tokens[token] in tokenizer.vocabulary or (len(encoding.ids) == 1 and encoding.ids[0] != unk)
    }


def _shown(tokens: Sequence[str]) -> Text:
    shown, rest = ", ".join(f"`{printable(token)}`" for token in tokens[:5]), len(tokens) - 5
    return Text(
        f"{shown} and {rest:,} more" if rest > 0 else shown, f"{shown} 외 {rest:,}개" if rest > 0 else shown
    )
