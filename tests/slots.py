"""Tokenizers whose vocabularies have spare slots of every kind that checkpoints have."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from checkpoints import edit_json
from families import write_tokenizer

SLOTS = 6
PLAIN = {"single_word": False, "lstrip": False, "rstrip": False}


class Kind(NamedTuple):
    """How a vocabulary keeps its slots."""

    tokenizer: str
    """wordpiece, bytes or unigram."""
    name: str
    first: int
    """Number of the first slot."""
    in_model: bool
    """Whether they are entries of the model, or added tokens only."""
    special: bool | None
    """Whether they are registered as special; None where they are not registered at all."""

    @property
    def names(self) -> list[str]:
        """The slots in the order of their ids."""
        return [self.name.format(self.first + number) for number in range(SLOTS)]


KINDS = {
    "entries from 0": Kind("wordpiece", "[unused{}]", 0, True, None),  # klue/bert-base, KoELECTRA
    "entries from 1": Kind("wordpiece", "[unused{}]", 1, True, None),  # bert-base-multilingual-cased
    "special entries": Kind("wordpiece", "<unused{}>", 0, True, True),  # A.X Encoder
    "ordinary and registered": Kind("wordpiece", "[unused{}]", 0, True, False),
    "beside a BPE": Kind("bytes", "[unused{}]", 0, False, False),  # ModernBERT
    "special beside a BPE": Kind("bytes", "[unused{}]", 0, False, True),
    "in a BPE": Kind("bytes", "<unused{}>", 0, True, True),  # KoBART
    "of fairseq": Kind("bytes", "madeupword{:04d}", 0, True, None),  # roberta-base
    "in a unigram": Kind("unigram", "<unused{}>", 0, True, None),
    "special in a unigram": Kind("unigram", "<unused{}>", 0, True, True),
}


def with_slots(folder: Path, kind: Kind) -> Path:
    """A tokenizer's folder whose only slots are `SLOTS` of a kind, behind its last entry."""
    write_tokenizer(kind.tokenizer, folder, "PreTrainedTokenizerFast")
    edit_json(folder / "tokenizer.json", lambda content: _put(content, kind))
    return folder


def _put(content: dict[str, Any], kind: Kind) -> None:
    vocabulary = content["model"]["vocab"]
    if isinstance(vocabulary, dict):  # the slots of tiny become ordinary entries
        for token in [token for token in vocabulary if token.startswith("[unused")]:
            vocabulary[f"piece{token[7:-1]}"] = vocabulary.pop(token)
    length = len(vocabulary)
    for number, name in enumerate(kind.names):
        if kind.in_model and isinstance(vocabulary, dict):
            vocabulary[name] = length + number
        elif kind.in_model:
            vocabulary.append([name, 0.0])  # the score of sentencepiece's own control symbols
        if kind.special is not None:
            entry = {"id": length + number, "content": name, **PLAIN}
            content["added_tokens"].append(entry | {"normalized": True, "special": kind.special})


def scores(folder: Path) -> dict[str, float]:
    """Pieces of a unigram model and their scores."""
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    return {piece: score for piece, score in content["model"]["vocab"]}
