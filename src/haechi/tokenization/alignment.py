"""Source tokens (characters or words) against the tokens of the model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from haechi.rows.tags import OUTSIDE

if TYPE_CHECKING:
    from tokenizers import Encoding


class Alignment(NamedTuple):
    """What of a tagged sentence reaches the model."""

    sources: list[int | None]
    """For each token of the model the first source token in it; None for special tokens and spaces."""
    ends: list[int | None]
    """For each token of the model the last source token in it."""
    lost: list[int]
    """Source tokens that no token of the model covers, though they are no spaces."""
    blurred: list[int]
    """Source tokens whose tag cannot be told, since their token of the model begins with another entity."""


def align(encoding: "Encoding", tokens: Sequence[str], tags: Sequence[str], text: str) -> Alignment:
    """Align one encoded sentence.

    Args:
        encoding: of the text, with offsets in characters.
        tokens: the source tokens.
        tags: their tags.
        text: the tokens as they were joined.
    """
    owner = _owners(tokens, text)
    sources: list[int | None] = []
    ends: list[int | None] = []
    covered: set[int] = set()
    blurred: set[int] = set()
    for (start, end), special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True):
        # Sorted, since the characters of a text are in the order of its tokens.
        inside = [] if special else sorted({item for item in owner[start:end] if item is not None})
        sources.append(inside[0] if inside else None)
        ends.append(inside[-1] if inside else None)
        # A character of several bytes can be the end of one token and the beginning of another.
        fresh = [item for item in inside[1:] if item not in covered]
        blurred.update(item for item in fresh if not _continues(tags[inside[0]], tags[item]))
        covered.update(inside)
    lost = [index for index, token in enumerate(tokens) if token.strip() and index not in covered]
    return Alignment(sources, ends, lost, sorted(blurred))


def _owners(tokens: Sequence[str], text: str) -> list[int | None]:
    """The source token of each character; None for spaces."""
    between = [None] if sum(map(len, tokens)) < len(text) else []
    owner: list[int | None] = []
    for index, token in enumerate(tokens):
        own = [None if character.isspace() else index for character in token]
        owner += [*between, *own] if index else own
    return owner


def _continues(first: str, tag: str) -> bool:
    """Whether a tag is what follows when one token of the model has the tag `first`."""
    return tag == (OUTSIDE if first == OUTSIDE else f"I-{first[2:]}")
