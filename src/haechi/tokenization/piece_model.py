"""The pieces of a sentencepiece model as a model of tokenizers: unigram or BPE."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from haechi.tokenization.piece_text import MARK

if TYPE_CHECKING:
    from tokenizers import models

# Score of entries that no text is taken apart into, unless it spells them in signs that are all unknown;
# the worst piece has about -20.
UNREACHABLE = -1000.0


class Kind(IntEnum):
    """What a piece is, numbered as in sentencepiece_model.proto."""

    normal = 1
    unknown = 2
    control = 3
    user_defined = 4
    unused = 5
    byte = 6


class Piece(NamedTuple):
    """An entry of a model."""

    text: str
    score: float
    """Logarithm of its probability, or for BPE minus its rank."""
    kind: Kind = Kind.normal

    @property
    def ends_in_number(self) -> bool:
        """Whether it ends in a digit and a comma."""
        return len(self.text) > 1 and self.text[-1] == "," and self.text[-2].isdigit()


@dataclass(frozen=True)
class Entries:
    """All entries in the order of their ids."""

    pieces: Sequence[Piece]
    unknown: int
    """Id of what is not in the vocabulary."""
    byte_fallback: bool = False
    """Whether characters that are not in the vocabulary are taken apart into bytes."""
    apart: Sequence[str] = ()
    """User-defined pieces that win over all others wherever they stand."""


def build_unigram(entries: Entries) -> "models.Unigram":
    """The most probable way to take a word apart.

    Raises:
        Exception: tokenizers cannot make a model of the entries.
    """
    from tokenizers import models

    def score(piece: Piece) -> float:
        if piece.kind is Kind.normal:
            return piece.score
        if piece.text in entries.apart:
            # Measured of sentencepiece 0.2.3, whatever the model's own scores: better than any pieces
            # together of as many bytes, and the longer the better.
            return 0.1 * (len(piece.text.encode()) - 1)
        return UNREACHABLE

    vocabulary = [(piece.text, score(piece)) for piece in entries.pieces]
    return models.Unigram(vocabulary, unk_id=entries.unknown, byte_fallback=entries.byte_fallback)


def build_bpe(entries: Entries) -> "models.BPE":
    """Pairs are merged in the order of the scores of what they become.

    No pairs become a user-defined piece. Where it stands alone, as the pre-tokenizer leaves it, the model
    takes it whole, and so any other piece that stands alone (`not_whole` tells which it should not).

    Raises:
        Exception: tokenizers cannot make a model of the entries.
    """
    return _bpe(entries, whole=any(len(text) > 1 for text in entries.apart))


def not_whole(entries: Entries) -> list[str]:
    """Pieces that merging, on its own, does not make of their texts."""
    model = _bpe(entries, whole=False)
    return [
        piece.text
        for piece in entries.pieces
        if piece.kind in {Kind.normal, Kind.unused}
        and [token.value for token in model.tokenize(piece.text)] != [piece.text]
    ]


def _bpe(entries: Entries, *, whole: bool) -> "models.BPE":
    from tokenizers import models

    ids = {piece.text: index for index, piece in enumerate(entries.pieces)}
    normal = [piece for piece in entries.pieces if piece.kind is Kind.normal]
    known = {piece.text for piece in normal}
    merges = [
        halves
        for piece in sorted(normal, key=lambda piece: -piece.score)
        for halves in _halves(piece.text, known)
    ]
    return models.BPE(
        ids,
        merges,
        unk_token=entries.pieces[entries.unknown].text,
        fuse_unk=True,
        ignore_merges=whole,
        byte_fallback=entries.byte_fallback,
    )


def _halves(text: str, known: Container[str]) -> list[tuple[str, str]]:
    """Ways to put a piece together of two others."""
    found = [(text[:cut], text[cut:]) for cut in range(1, len(text))]
    return [(left, right) for left, right in found if left in known and right in known]


def within_words(pieces: Sequence[Piece]) -> bool:
    """Whether a text can be taken apart word by word: a bare mark is known, and no piece has one inside."""
    texts = [piece.text for piece in pieces if piece.kind in {Kind.normal, Kind.user_defined}]
    return MARK in texts and not any(MARK in text[1:] for text in texts)
