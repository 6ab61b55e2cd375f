"""What is done to a text before it is taken apart into the pieces of a sentencepiece model."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import decoders, normalizers, pre_tokenizers

MARK = "▁"
"""What sentencepiece writes for the space before a word."""
# The letters of Hangul, and what NFC makes of them.
DECOMPOSED, COMPOSED = "\u1112\u1161\u11ab", "\ud55c"
# What `str.split` of Python takes for spaces and `\s` of a regular expression does not.
SPACES = r"[\s\x1c-\x1f]+"


@dataclass(frozen=True)
class TextRules:
    """A model's own normalization, and what the class of its family does before it."""

    charsmap: bytes = b""
    """The model's compiled rules; empty where it takes every character as it is."""
    composes: bool = False
    """Whether those rules compose Hangul."""
    removes_spaces: bool = True
    """Whether spaces are removed around a text, and all but one between words."""
    marks_start: bool = True
    """Whether the first word of a text has a space put before it."""
    splits_words: bool = True
    """Whether every piece is within one word."""
    lower_case: bool = False
    cleans: bool = False
    """Whether quotes are made straight, as the classes of XLNet and ALBERT do."""
    keeps_accents: bool = True
    splits_punctuation: bool = False


def build_normalizer(rules: TextRules, *, spaces: bool = True) -> "normalizers.Normalizer | None":
    """The normalizer; None where texts stay as they are.

    Args:
        rules: those of the model.
        spaces: whether it sees to the spaces of a whole text too, where the pre-tokenizer does not.
    """
    from tokenizers import Regex, normalizers

    steps: list[normalizers.Normalizer] = []
    if rules.cleans:
        steps.append(normalizers.Replace(Regex(SPACES), " "))
        steps += [normalizers.Replace(quotes, '"') for quotes in ("``", "''")]
    if not rules.keeps_accents:
        steps += [normalizers.NFKD(), normalizers.Replace(Regex(combining_marks()), "")]
    if rules.lower_case:
        steps.append(normalizers.Lowercase())
    if rules.composes or not rules.keeps_accents:
        # The model's rules compose Hangul too, in sentencepiece; tokenizers applies them to no more than
        # five bytes at once, and a syllable has six letters' bytes or nine. Where a model has no such
        # rules, it has learned composed syllables as they came, and taking accents off is what undid them.
        steps.append(normalizers.NFC())
    if rules.charsmap:
        steps.append(normalizers.Precompiled(rules.charsmap))
    if spaces and not _words_alone(rules):
        if rules.removes_spaces:
            steps.append(normalizers.Replace(Regex(r"\A +| +\z| +(?= )"), ""))
        if rules.marks_start:
            # Metaspace would put no mark before a text that begins with a space.
            steps.append(normalizers.Prepend(MARK))
    return normalizers.Sequence(steps) if steps else None


def build_pre_tokenizer(rules: TextRules, apart: Sequence[str] = ()) -> "pre_tokenizers.PreTokenizer":
    """The pre-tokenizer.

    Args:
        rules: those of the model.
        apart: pieces that are tokens of their own wherever they stand.
    """
    from tokenizers import Regex, pre_tokenizers

    steps: list[pre_tokenizers.PreTokenizer] = []
    if rules.splits_punctuation:
        steps.append(pre_tokenizers.Punctuation("isolated"))
    if _words_alone(rules):
        # Without the space between them, words have offsets that begin at their first character.
        steps.append(pre_tokenizers.Split(Regex(" +"), "removed"))
    scheme = "always" if _words_alone(rules) else "never"
    steps.append(pre_tokenizers.Metaspace(MARK, prepend_scheme=scheme, split=rules.splits_words))
    if apart:
        steps.append(pre_tokenizers.Split(Regex(_any_of(apart)), "isolated"))
    return pre_tokenizers.Sequence(steps)


def build_decoder(rules: TextRules, *, byte_fallback: bool) -> "decoders.Decoder":
    """The way back from tokens to a text."""
    from tokenizers import decoders

    scheme = "always" if rules.marks_start else "never"
    marks: decoders.Decoder = decoders.Metaspace(MARK, prepend_scheme=scheme)
    return decoders.Sequence([decoders.ByteFallback(), marks]) if byte_fallback else marks


def changes(rules: TextRules, text: str) -> bool:
    """Whether normalization makes something else of a piece."""
    normalizer = build_normalizer(rules, spaces=False)
    return normalizer is not None and normalizer.normalize_str(text) != text


def _any_of(texts: Sequence[str]) -> str:
    """Pattern of the longest of the texts that begins at a place."""

    def escaped(text: str) -> str:
        return "".join(f"\\x{{{ord(character):x}}}" for character in text)

    longest_first = sorted(texts, key=len, reverse=True)
    # There may be thousands; at most places none begins.
    return f"(?=[{escaped(''.join(text[0] for text in texts))}])(?:{'|'.join(map(escaped, longest_first))})"


def _words_alone(rules: TextRules) -> bool:
    """Whether every word has just one mark before it, so that spaces need not be kept."""
    return rules.removes_spaces and rules.marks_start and rules.splits_words


@cache
def combining_marks() -> str:
    """Pattern of the characters that combine with the one before them, as Python counts them.

    StripAccents of tokenizers takes more: vowel signs of Indian scripts, and what tells an emoji to
    show in colour.
    """
    ranges: list[list[int]] = []
    # None is further up.
    for code in range(0x300, 0x1F000):
        if not unicodedata.combining(chr(code)):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in ranges) + "]"
