"""The files of a sentencepiece vocabulary: the model, and a vocab.txt that lists its pieces."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haechi.text import Text
from haechi.tokenization.piece_model import Kind, Piece, within_words
from haechi.tokenization.piece_text import COMPOSED, DECOMPOSED, MARK, TextRules
from haechi.tokenization.runtime import NoTokenizer

KINDS = {1: "unigram", 2: "bpe", 3: "word", 4: "char"}


@dataclass(frozen=True)
class SentencePieceModel:
    """What a model file says."""

    pieces: tuple[Piece, ...]
    rules: TextRules
    is_bpe: bool
    byte_fallback: bool

    @property
    def texts(self) -> set[str]:
        """All pieces."""
        return {piece.text for piece in self.pieces}

    @property
    def unknown(self) -> int:
        """Id of the piece that stands for what is not in the vocabulary."""
        return next(index for index, piece in enumerate(self.pieces) if piece.kind is Kind.unknown)

    @property
    def user_defined(self) -> list[str]:
        """Pieces that stand apart wherever they are in a text."""
        return [piece.text for piece in self.pieces if piece.kind is Kind.user_defined]


def read_model(path: Path) -> SentencePieceModel:
    """Read a model file.

    Raises:
        NoTokenizer: it is cut off, no sentencepiece model, or of a kind that cannot be built.
    """
    from google.protobuf.message import DecodeError
    from sentencepiece import sentencepiece_model_pb2

    schema: Any = sentencepiece_model_pb2

    def refuse(en: str, ko: str) -> NoTokenizer:
        return NoTokenizer(path.parent, Text(f"`{path.name}` {en}", f"`{path.name}`: {ko}"))

    content = path.read_bytes()
    if content.startswith(b"version https://git-lfs"):
        raise refuse(
            "is a Git LFS pointer, not the file itself (run `git lfs pull`)",
            "파일이 아니라 Git LFS 포인터입니다 (`git lfs pull` 실행)",
        )
    proto = schema.ModelProto()
    try:
        proto.ParseFromString(content)
        # The settings stand behind the pieces, so a file that was cut between two pieces lacks them.
        complete = proto.HasField("trainer_spec") and proto.HasField("normalizer_spec")
    except DecodeError:
        complete = False
    if not complete or not any(item.type == Kind.unknown for item in proto.pieces):
        raise refuse("is cut off, or no sentencepiece model", "파일이 잘렸거나 sentencepiece 모델이 아닙니다")
    trainer, normalizer = proto.trainer_spec, proto.normalizer_spec
    kind = KINDS.get(trainer.model_type, str(trainer.model_type))
    if kind not in {"unigram", "bpe"}:
        raise refuse(
            f"is a sentencepiece model of the kind {kind}, and only unigram and bpe can be built",
            f"{kind} 방식의 sentencepiece 모델입니다. unigram과 bpe만 만들 수 있습니다",
        )
    if trainer.treat_whitespace_as_suffix or not normalizer.escape_whitespaces:
        raise refuse(
            "marks the space behind a word, or none, and only the one before a word can be built",
            "낱말 앞이 아닌 곳에 공백을 표시하거나 표시하지 않습니다. 앞에 표시하는 모델만 만들 수 있습니다",
        )
    kinds = {kind.value: kind for kind in Kind}
    pieces = tuple(Piece(item.piece, item.score, kinds[item.type]) for item in proto.pieces)
    rules = TextRules(
        charsmap=normalizer.precompiled_charsmap,
        composes=_composes(proto),
        removes_spaces=normalizer.remove_extra_whitespaces,
        marks_start=normalizer.add_dummy_prefix,
        splits_words=within_words(pieces),
    )
    return SentencePieceModel(pieces, rules, kind == "bpe", trainer.byte_fallback)


def _composes(proto: Any) -> bool:
    """Whether a model's rules compose Hangul; its pieces are left out, to load it fast."""
    from sentencepiece import SentencePieceProcessor

    small = type(proto)()
    small.normalizer_spec.CopyFrom(proto.normalizer_spec)
    small.pieces.add(piece="<unk>", score=0.0, type=Kind.unknown)
    small.pieces.add(piece=MARK, score=0.0, type=Kind.normal)
    processor: Any = SentencePieceProcessor(model_proto=small.SerializeToString())
    return processor.normalize(DECOMPOSED).endswith(COMPOSED)


def read_pieces(path: Path) -> list[str] | None:
    """The lines of a vocab.txt that holds the pieces of a sentencepiece model; None where it does not."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
    marked = sum(line.startswith(MARK) for line in lines)
    continuing = sum(line.startswith("##") for line in lines)
    # Vocabularies of word pieces have a bare mark or two, as any other sign.
    return lines if marked > max(continuing, 2) else None
