"""Answers in the form in which exact match compares them."""

import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize(text: str) -> str:
    """Lower case, no ASCII punctuation, single spaces. KLUE's own pattern for Korean brackets stands outside
    a character class and matches nothing that occurs, so they are kept."""
    return " ".join(text.lower().translate(_PUNCTUATION).split())


def core(text: str) -> tuple[int, int]:
    """Offsets of the first character and behind the last one that `normalize` leaves; equal where it leaves
    none."""
    around = string.punctuation + string.whitespace
    start = len(text) - len(text.lstrip(around))
    return start, max(start, len(text.rstrip(around)))
