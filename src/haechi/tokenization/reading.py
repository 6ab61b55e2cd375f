"""How well a tokenizer reads text: words that become [UNK], tokens a character."""

import re
from collections.abc import Sequence
from typing import Any

from haechi.checkpoint.files import read_json
from haechi.checkpoint.header import BrokenFile
from haechi.tokenization.runtime import RuntimeTokenizer

_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
# Everyday sentences, for when there are no rows to look at.
PROBES = [
    "오늘 서울은 낮부터 비가 내리고 저녁에는 그칠 것으로 보인다",
    "정부가 내년 예산안을 국회에 제출했다",
    "그 영화는 생각보다 지루했지만 배우들의 연기는 좋았다",
    "우리 동네 도서관은 월요일마다 문을 닫는다",
]


def declared_in(tokenizer: RuntimeTokenizer, name: str) -> dict[str, Any]:
    """Content of a JSON file beside the vocabulary; empty where there is none, or a broken one."""
    path = tokenizer.folder / name
    try:
        return read_json(path) if path.is_file() else {}
    except BrokenFile:
        return {}


def is_korean(texts: Sequence[str]) -> bool:
    """Whether at least a third of the letters are Hangul."""
    joined = "".join(texts)
    letters = sum(character.isalpha() for character in joined)
    return letters > 0 and sum(is_hangul(character) for character in joined) * 3 >= letters


def is_hangul(character: str) -> bool:
    """Whether a character is a syllable or a letter of Hangul, composed or not."""
    return (
        "\uac00" <= character <= "\ud7a3"
        or "\u1100" <= character <= "\u11ff"
        or "\u3131" <= character <= "\u318e"
    )


def unknown_share(tokenizer: RuntimeTokenizer, texts: Sequence[str]) -> float:
    """Share of [UNK] among the tokens of the texts, special tokens left out.

    A WordPiece vocabulary gives one [UNK] for a whole word, so this is close to the share of words.
    """
    unk = tokenizer.id("unk")
    if unk is None or not texts:
        return 0.0
    encodings = tokenizer.encode_whole(texts)
    total = sum(len(item.ids) - tokenizer.special_tokens_of_one for item in encodings)
    unknown = sum(item.ids.count(unk) for item in encodings)
    return unknown / max(total, 1)


def tokens_per_character(tokenizer: RuntimeTokenizer, texts: Sequence[str]) -> float:
    """Tokens that one character costs on average, spaces not counted as characters."""
    characters = sum(len("".join(text.split())) for text in texts)
    encodings = tokenizer.encode_whole(texts)
    total = sum(len(item.ids) - tokenizer.special_tokens_of_one for item in encodings)
    return total / max(characters, 1)


def hangul_and_letters(text: str) -> tuple[int, int]:
    """How many letters of a text are Hangul, and how many letters it has."""
    if text.isascii():
        return 0, sum(map(str.isalpha, text))
    hangul = len(_HANGUL.findall(text))
    return hangul, sum(map(str.isalpha, text))
