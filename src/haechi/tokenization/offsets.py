"""Offsets into texts that are not composed (NFD): letters and marks belong to the token they continue.

tokenizers counts a composed character for the first of the characters that it was made of, and one that
was taken off for none. A token would end before its last syllable does.
"""

import json
import unicodedata
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Encoding


def whole_characters(
    encoding: "Encoding", texts: Sequence[str], starts_elsewhere: Collection[int] = ()
) -> "Encoding":
    """The encoding with tokens that end where their last character does.

    Args:
        encoding: of one text or a pair, with offsets in characters.
        texts: the text, or both.
        starts_elsewhere: where tokens of the last text begin that are in other windows of it.
    """
    if all(unicodedata.is_normalized("NFC", text) for text in texts):
        return encoding
    from tokenizers import Encoding

    sequences = encoding.sequence_ids  # a list that is made anew each time
    offsets = list(encoding.offsets)
    following: dict[int, int] = {}
    for place, sequence in reversed(list(enumerate(sequences))):
        if sequence is None:
            continue
        text = texts[sequence]
        start, end = offsets[place]
        limit = following.get(sequence, len(text))
        following[sequence] = start
        others = starts_elsewhere if sequence == len(texts) - 1 else ()
        while start < end < limit and _continues(text[end]) and end not in others:
            end += 1
        offsets[place] = start, end
    # What pickling writes; an encoding has no other way to be changed.
    state = json.loads(encoding.__getstate__()) | {"offsets": offsets}
    changed = Encoding()
    changed.__setstate__(json.dumps(state).encode())
    return changed


def _continues(character: str) -> bool:
    """Whether a character is a mark, or a vowel or final consonant of a Hangul syllable."""
    return (
        "\u1160" <= character <= "\u11ff"
        or "\ud7b0" <= character <= "\ud7ff"
        or unicodedata.category(character).startswith("M")
    )
