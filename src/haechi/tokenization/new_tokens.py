"""Tokens added to a vocabulary: into spare slots such as `[unused0]`, or behind the last entry."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.runtime import RuntimeTokenizer

# madeupword0000 and its like round fairseq's vocabularies up to a multiple of eight.
SPARE_SLOT = re.compile(r"[\[<]unused\d+[\]>]|madeupword\d{4}")


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


def is_text(token: str) -> bool:
    """Whether a tokenizer can look for it: it has more than spaces, and no halves of characters."""
    # Bytes of a command line in another encoding than UTF-8 become halves.
    return bool(token.strip()) and not any("\ud800" <= character <= "\udfff" for character in token)


def spare_slots(tokenizer: RuntimeTokenizer) -> list[str]:
    """Entries that no text uses, in the order of their ids; one that serves as a special token is none."""
    found = [token for token in tokenizer.vocabulary if SPARE_SLOT.fullmatch(token)]
    serving = tokenizer.serving if found else frozenset[str]()
    return sorted(
        (token for token in found if token not in serving), key=lambda token: tokenizer.vocabulary[token]
    )


@dataclass(frozen=True)
class Plan:
    """What adding tokens comes to."""

    new: list[str]
    """Tokens that the vocabulary lacks, special ones first, each once, in the order they were named."""
    special: frozenset[str]
    """All that are special from now on, those that the vocabulary has included."""
    named: list[str]
    """Ordinary tokens that are spare slots by their own names: they keep their ids."""
    slots: dict[str, str]
    """The slot of each new token; empty where they get new rows."""


def plan_tokens(
    tokenizer: RuntimeTokenizer, tokens: Sequence[str], special: Sequence[str], policy: NewTokens
) -> Plan:
    """Decide which tokens are new and where they go; what is no text is no token.

    Raises:
        TooFewSlots: `reuse_unused` with more tokens than spare slots.
    """
    named = dict.fromkeys(token for token in [*special, *tokens] if is_text(token))
    known = tokenizer.vocabulary
    new = [token for token in named if token not in known]
    chosen = frozenset(token for token in special if is_text(token))
    slots = spare_slots(tokenizer)
    free = [slot for slot in slots if slot not in named]
    if policy is NewTokens.reuse_unused and len(new) > len(free):
        raise TooFewSlots(len(new), len(free))
    reuse = policy is not NewTokens.resize and len(new) <= len(free)
    return Plan(
        new=new,
        special=chosen,
        named=[slot for slot in slots if slot in named and slot not in chosen],
        slots=dict(zip(new, free, strict=False)) if reuse else {},
    )


def add_tokens(
    tokenizer: RuntimeTokenizer, tokens: Sequence[str], special: Sequence[str], policy: NewTokens
) -> tuple[RuntimeTokenizer, list[NewToken]]:
    """Add ordinary and special tokens; the given tokenizer stays as it is.

    A slot gives up its id and whatever it was, special or ordinary; without a slot a token gets the first
    id behind the largest. Tokens match the text as it stands, before it is normalized.

    Raises:
        TooFewSlots: `reuse_unused` with more tokens than spare slots.
    """
    from tokenizers import Tokenizer

    plan = plan_tokens(tokenizer, tokens, special, policy)
    if not (plan.new or plan.special or plan.named):
        return tokenizer, []
    pieces = _pieces(tokenizer, plan.new)
    known = tokenizer.vocabulary
    slotted = {token: known[slot] for token, slot in plan.slots.items()}
    appended = [token for token in plan.new if token not in slotted]
    ids = {**slotted, **{token: tokenizer.max_id + 1 + place for place, token in enumerate(appended)}}
    content = json.loads(tokenizer.backend.to_str())
    _rename(content["model"]["vocab"], {slot: token for token, slot in plan.slots.items()})
    registered = {item["content"]: item for item in content["added_tokens"]}
    for slot in plan.slots.values():
        registered.pop(slot, None)
    for token in (*plan.new, *plan.named):
        registered[token] = _entry(token, ids.get(token, known.get(token)), token in plan.special)
    for token in plan.special - ids.keys():
        settings = registered.get(token) or _entry(token, known[token], True)
        # A special token that was one before keeps its own settings: [MASK] may take the space before it.
        registered[token] = settings if settings["special"] else _entry(token, known[token], True)
    content["added_tokens"] = sorted(registered.values(), key=lambda item: item["id"])
    _keep_ids(content)
    backend = Tokenizer.from_str(json.dumps(content))
    added = [NewToken(token, ids[token], pieces[token], plan.slots.get(token)) for token in plan.new]
    return replace(tokenizer, backend=backend), added


def _pieces(tokenizer: RuntimeTokenizer, tokens: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Ids that texts standing alone had before they became tokens, without [UNK]."""
    tokenizer.backend.no_padding()
    tokenizer.backend.no_truncation()
    unk = tokenizer.id("unk")
    encodings = tokenizer.backend.encode_batch_fast(list(tokens), add_special_tokens=False)
    return {
        token: tuple(index for index in encoding.ids if index != unk)
        for token, encoding in zip(tokens, encodings, strict=True)
    }


def _entry(token: str, index: int | None, special: bool) -> dict[str, Any]:
    """An added token as tokenizer.json has it."""
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": index, "content": token, **plain, "special": special}


def _rename(vocabulary: dict[str, int] | list[list[Any]], names: dict[str, str]) -> None:
    """Give entries of the model other names; they keep their ids, and a unigram's also their scores."""
    if isinstance(vocabulary, dict):
        for old in names.keys() & vocabulary.keys():
            vocabulary[names[old]] = vocabulary.pop(old)
    else:
        for entry in vocabulary:
            entry[0] = names.get(entry[0], entry[0])


def _keep_ids(content: dict[str, Any]) -> None:
    """Write added tokens into a model whose ids have gaps.

    tokenizers numbers them from the count of entries on, not from the largest id, so that in such a
    vocabulary (a vocab.txt with a line twice, say) a new token would get the id of another entry.
    """
    vocabulary = content["model"]["vocab"]
    if isinstance(vocabulary, dict) and len(vocabulary) != max(vocabulary.values(), default=-1) + 1:
        for item in content["added_tokens"]:
            vocabulary.setdefault(item["content"], item["id"])
