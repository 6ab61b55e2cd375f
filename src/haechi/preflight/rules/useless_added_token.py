"""TOK013."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

KEYS = ("tokenizer.add_tokens", "tokenizer.add_special_tokens")


@rule("TOK013", Severity.warning, essential=False)
def useless_added_token(evidence: Evidence) -> Iterator[Problem]:
    """Tokens are added that add nothing, or twice over.

    ## What
    `tokenizer.add_tokens` or `tokenizer.add_special_tokens` holds a token without a character, one that
    is there twice, one that stands in both lists, one that the vocabulary has already, or one in a
    spelling that no text has: in decomposed form (NFD), or in capitals where the texts are in small
    letters and the vocabulary does not tell them apart.

    ## Why
    Added tokens are looked for in the text as it stands, before it is lower-cased or composed, letter by
    letter. A token that never matches is a row of the table that is never trained, and the text is split
    as before. A token in both lists would be special, whatever the other list says.

    ## Example
    `python src/train.py 'tokenizer.add_tokens=["새말","새말"]'`

    ## What to do
    Take the corrected lists that the message gives.

    ## References
    - https://huggingface.co/docs/tokenizers/api/added-tokens

    # 더해도 소용없는 토큰

    ## 무엇
    `tokenizer.add_tokens`나 `tokenizer.add_special_tokens`에 글자가 없는 토큰, 두 번 적힌 토큰, 두 목록에
    함께 있는 토큰, 어휘에 이미 있는 토큰, 또는 어느 글에도 없는 꼴로 적힌 토큰이 있습니다. 풀어쓴
    형태(NFD)로 적혔거나, 대소문자를 가리지 않는 어휘에서 글은 소문자인데 대문자로 적힌 경우입니다.

    ## 왜
    추가한 토큰은 소문자화나 모아쓰기를 하기 전의 글에서 글자 그대로 찾습니다. 한 번도 맞지 않는 토큰은
    학습되지 않는 행으로 남고, 글은 전과 똑같이 쪼개집니다. 두 목록에 함께 있는 토큰은 다른 목록과 상관없이
    특수 토큰이 됩니다.

    ## 할 일
    메시지가 제시하는 고친 목록을 쓰십시오.
    """
    config = evidence.config.tokenizer
    lists = config.add_tokens, config.add_special_tokens
    if not any(lists):
        return
    ordinary, special = lists
    blank = {token for token in [*ordinary, *special] if not token.strip()}
    both = (set(ordinary) & set(special)) - blank
    doubled = {token for tokens in lists for token in tokens if tokens.count(token) > 1} - blank
    known = _known(evidence, ordinary, special) - blank
    spelled = _spelled(evidence, [*ordinary, *special])
    idle = blank | known
    corrected = (
        [spelled.get(token, token) for token in ordinary if token not in idle | both],
        [spelled.get(token, token) for token in special if token not in idle],
    )
    fix = [
        f"{key}=[{','.join(map(as_value, dict.fromkeys(new)))}]"
        for key, old, new in zip(KEYS, lists, corrected, strict=True)
        if old != list(dict.fromkeys(new))
    ]
    faults = [
        (both, Severity.error, Text(
            "a token is added as special and as ordinary", "특수 토큰과 일반 토큰으로 함께 더했습니다")),
        (blank, Severity.warning, Text("an added token has no character", "더한 토큰에 글자가 없습니다")),
        (doubled, Severity.warning, Text("a token is added twice", "같은 토큰을 두 번 더했습니다")),
        (spelled, Severity.warning, Text(
            "no text has the added token in this spelling", "글에 이 꼴로는 나오지 않는 토큰을 더했습니다")),
        (known, Severity.note, Text(
            "the vocabulary has the added token already", "어휘에 이미 있는 토큰을 더했습니다")),
    ]  # fmt: skip
    for tokens, severity, what in faults:
        if tokens:
            shown = _shown([token for token in dict.fromkeys([*ordinary, *special]) if token in tokens])
            yield Problem(
                Text(f"{what}: {shown}", f"{what.ko}: {shown.ko}"),
                keys=[key for key, old in zip(KEYS, lists, strict=True) if set(old) & set(tokens)],
                fixes=[fix],
                severity=severity,
            )


def _known(evidence: Evidence, ordinary: Collection[str], special: Collection[str]) -> set[str]:
    """Tokens that the vocabulary has; an ordinary entry may well become a special token."""
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return set()
    already = {token for token in special if token in tokenizer.tokens.values()}
    return already | {token for token in ordinary if token in tokenizer.vocabulary and token not in special}


def _spelled(evidence: Evidence, tokens: Sequence[str]) -> dict[str, str]:
    """Tokens that no text has as they are written, with the spelling that texts do have."""
    lower_cases = evidence.tokenizer is not None and evidence.tokenizer.lower_cases
    others: dict[str, list[str]] = {}
    for token in filter(str.strip, tokens):
        composed = unicodedata.normalize("NFC", token)
        spellings = [composed, composed.lower()] if lower_cases else [composed]
        others[token] = [spelling for spelling in spellings if spelling != token]
    if not any(others.values()):
        return {}
    texts = [text for item in evidence.sample for text in (item.text, item.text_pair) if text]
    if not texts:
        # Korean text is hardly ever written in decomposed form; of capitals nothing can be told.
        return {token: unicodedata.normalize("NFC", token) for token in others if not _is_composed(token)}
    spelled: dict[str, str] = {}
    for token, spellings in others.items():
        there = [item for item in (token, *spellings) if any(item in text for text in texts)]
        if there and there[0] != token:
            spelled[token] = there[0]
    return spelled


def _is_composed(token: str) -> bool:
    return unicodedata.is_normalized("NFC", token)


def _shown(tokens: Sequence[str]) -> Text:
    shown, rest = ", ".join(f"`{token}`" for token in tokens[:5]), len(tokens) - 5
    return Text(
        f"{shown} and {rest} more" if rest > 0 else shown, f"{shown} 외 {rest}개" if rest > 0 else shown
    )
