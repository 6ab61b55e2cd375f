"""Tokens added to a vocabulary: into spare slots such as `[unused0]`, or behind the last entry."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.runtime import RuntimeTokenizer

SPARE_SLOT = re.compile(r"[\[<]unused\d+[\]>]")


@dataclass(frozen=True)
class NewToken:
    """One token that was added."""

    text: str
    index: int
    """Its id."""
    pieces: tuple[int, ...]
    """Ids that the text had before; the mean of their embeddings is where the new one starts."""
    slot: str | None
    """The spare slot it took, if it did."""


class TooFewSlots(Exception):
    """More tokens than spare slots. `wanted` and `spare` count them."""

    def __init__(self, wanted: int, spare: int) -> None:
        super().__init__(f"{wanted} tokens, {spare} spare slots")
        self.wanted = wanted
        self.spare = spare


def spare_slots(tokenizer: RuntimeTokenizer) -> list[str]:
    """Entries that no text uses, in the order of their ids."""
    found = [token for token in tokenizer.vocabulary if SPARE_SLOT.fullmatch(token)]
    return sorted(found, key=lambda token: tokenizer.vocabulary[token])


def wanted_tokens(tokenizer: RuntimeTokenizer, tokens: Sequence[str], special: Sequence[str]) -> list[str]:
    """Tokens that the vocabulary lacks, special ones first, each once; nothing and bare spaces are none."""
    return [
        token
        for token in dict.fromkeys([*special, *tokens])
        if token.strip() and token not in tokenizer.vocabulary
    ]


def add_tokens(
    tokenizer: RuntimeTokenizer, tokens: Sequence[str], special: Sequence[str], policy: NewTokens
) -> tuple[RuntimeTokenizer, list[NewToken]]:
    """Add ordinary and special tokens; the given tokenizer stays as it is.

    Raises:
        TooFewSlots: `reuse_unused` with more tokens than spare slots.
    """
    from tokenizers import AddedToken, Tokenizer

    special = [token for token in special if token.strip()]
    wanted = wanted_tokens(tokenizer, tokens, special)
    if not wanted and not special:
        return tokenizer, []
    slots = [slot for slot in spare_slots(tokenizer) if slot not in special]
    if policy is NewTokens.reuse_unused and len(wanted) > len(slots):
        raise TooFewSlots(len(wanted), len(slots))
    reuse = policy is not NewTokens.resize and len(wanted) <= len(slots)
    taken = dict(zip(wanted, slots, strict=False)) if reuse else {}
    pieces = {token: _pieces(tokenizer, token) for token in wanted}
    content = json.loads(tokenizer.backend.to_str())
    for token, slot in taken.items():
        _rename(content, slot, token)
    backend = Tokenizer.from_str(json.dumps(content))
    backend.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    ordinary = [token for token in wanted if token not in special]
    backend.add_tokens([AddedToken(token, normalized=False) for token in ordinary])
    added = [
        NewToken(token, int(backend.token_to_id(token) or 0), pieces[token], taken.get(token))
        for token in wanted
    ]
    return replace(tokenizer, backend=backend), added


def _pieces(tokenizer: RuntimeTokenizer, token: str) -> tuple[int, ...]:
    """Ids that a text standing alone had before it became a token, without [UNK]."""
    tokenizer.backend.no_truncation()
    ids = tokenizer.backend.encode(token, add_special_tokens=False).ids
    return tuple(index for index in ids if index != tokenizer.id("unk"))


def _rename(content: dict[str, Any], old: str, new: str) -> None:
    """Give an entry another name, keeping its id; it is in the vocabulary, an added token, or both."""
    vocabulary = content["model"]["vocab"]
    if isinstance(vocabulary, dict):
        if old in vocabulary:
            vocabulary[new] = vocabulary.pop(old)
    else:
        for entry in vocabulary:
            entry[0] = new if entry[0] == old else entry[0]
    for item in content.get("added_tokens", []):
        if item["content"] == old:
            item["content"] = new
