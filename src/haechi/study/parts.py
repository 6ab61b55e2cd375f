"""Parts of speech of a text's tokens, by a Korean morphological analyser that is an optional extra."""

from collections.abc import Callable, Sequence
from typing import Any

Analyse = Callable[[str], list[tuple[int, int, str]]]
"""A text -> its morphemes: first character, behind the last, tag of the Sejong set."""
EXTRA = "kiwipiepy"
SEVERAL = "stem with josa or ending"
STEMS = ("noun", "stem of a verb or adjective", "adverb or other word")
PARTS = (*STEMS, "josa", "ending", SEVERAL, "sign or number", "prefix of the study")


def analyser() -> Analyse | None:
    """Kiwi, or None where the extra is not installed."""
    try:
        from kiwipiepy import Kiwi
    except ImportError:
        return None
    kiwi = Kiwi(num_workers=1)

    def analyse(text: str) -> list[tuple[int, int, str]]:
        tokens: Any = kiwi.tokenize(text)
        return [(item.start, item.start + item.len, str(item.tag)) for item in tokens]

    return analyse


def parts_of(
    text: str, spans: Sequence[tuple[int, int]], analyse: Analyse, prefix_length: int = 0
) -> list[str | None]:
    """The part of each token; None for one without a character of a morpheme.

    Args:
        text: the sentence.
        spans: characters of each token, from and behind; empty for a special token.
        analyse: tells morphemes.
        prefix_length: characters in front that are no part of the sentence.
    """
    at: dict[int, set[str]] = {}
    for start, end, tag in analyse(text[prefix_length:]):
        for place in range(start, max(end, start + 1)):
            at.setdefault(place + prefix_length, set()).add(part_of_tag(tag))
    return [_part(at, span, prefix_length) for span in spans]


def _part(at: dict[int, set[str]], span: tuple[int, int], prefix_length: int) -> str | None:
    start, end = span
    if start >= end:
        return None
    if end <= prefix_length:
        return PARTS[-1]
    found = set().union(*(at.get(place, set()) for place in range(start, end)))
    grammar, stems = found & {"josa", "ending"}, found & set(STEMS)
    if grammar and stems:
        return SEVERAL
    order = [name for name in PARTS if name in found]
    return order[0] if order else None


def part_of_tag(tag: str) -> str:
    """The part that a tag of the Sejong set belongs to.

    Suffixes that make a verb of a noun (XSV, XSA) and copulas (VCP, VCN) count as stems of verbs.
    """
    tag = tag.partition("-")[0]
    if tag.startswith("J"):
        return "josa"
    if tag.startswith("E"):
        return "ending"
    if tag.startswith("N") or tag in {"XR", "XPN", "XSN", "SL", "SH"}:
        return STEMS[0]
    if tag.startswith("V") or tag in {"XSV", "XSA"}:
        return STEMS[1]
    if tag.startswith(("M", "I", "XSM", "W")):
        return STEMS[2]
    return "sign or number"
