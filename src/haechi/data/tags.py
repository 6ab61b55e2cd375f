"""Tags of source tokens <-> labels of the model's tokens.

Source: Devlin et al. 2019, section 5.3 (the first piece of a token carries its tag); KLUE's script for
characters, whose pieces hold several of them.
"""

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from haechi.data.input_format import InputFormat
from haechi.data.split import IGNORED, EncodedSplit
from haechi.rows.examples import Example, TaggedExample
from haechi.rows.tags import OUTSIDE
from haechi.tokenization.alignment import Alignment, align
from haechi.tokenization.runtime import RuntimeTokenizer


def tag_columns(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat
) -> dict[str, list[Any]]:
    """Columns of an `EncodedSplit`: a label for each token, and the carrier of each source token.

    A token of the model has the tag of the first source token in it. Where it goes on within a source
    token it has the tag that continues, and special tokens have -100.
    """
    ids = {name: index for index, name in enumerate(form.labels or ())}
    encodings = tokenizer.encode_with_offsets([example.text or "" for example in examples], form.max_length)
    labels: list[list[int]] = []
    carriers: list[array[int]] = []
    for example, encoding in zip(examples, encodings, strict=True):
        assert isinstance(example, TaggedExample)
        found = align(encoding, example.tokens, example.tags, example.text or "")
        labels.append(_labels(found, example.tags, ids))
        carriers.append(_carriers(found, example.tokens))
    columns: dict[str, list[Any]] = {
        "input_ids": [encoding.ids for encoding in encodings],
        "labels": labels,
        "carriers": carriers,
    }
    if form.token_type_ids:
        columns["token_type_ids"] = [encoding.type_ids for encoding in encodings]
    return columns


def decode_tags(split: EncodedSplit, predicted: np.ndarray, labels: Sequence[str]) -> list[list[str]]:
    """A tag for each source token of each example, in the order of the examples.

    A token of the model that was given B-x and holds several source tokens gives B-x and then I-x. What
    was cut off, or reaches no token, is outside. A space within an entity belongs to it.

    Args:
        split: what was encoded.
        predicted: ids of labels, (items, tokens); what lies behind an item's tokens is not read.
        labels: names in the order of the head's outputs.
    """
    assert split.carriers is not None
    assert split.rows is not None
    found: list[list[str]] = [[] for _ in split.examples]
    for row, carriers, ids in zip(split.rows, split.carriers, predicted, strict=True):
        example = split.examples[row]
        assert isinstance(example, TaggedExample)
        tags: list[str] = []
        before = -1
        for position in carriers:
            tag = labels[int(ids[position])] if position >= 0 else OUTSIDE
            tags.append(continuing(tag) if position >= 0 and position == before else tag)
            before = position if position >= 0 else before
        _fill_spaces(example.tokens, tags)
        found[row] = tags
    return found


def continuing(tag: str) -> str:
    """The tag of a token that goes on where the one before has this tag."""
    return tag if tag == OUTSIDE else f"I-{tag[2:]}"


def _labels(found: Alignment, tags: Sequence[str], ids: dict[str, int]) -> list[int]:
    labels: list[int] = []
    before: int | None = None
    for source in found.sources:
        if source is None:
            labels.append(IGNORED)
            continue
        tag = tags[source]
        # Labels that were named by hand may lack an I- that no source token has.
        labels.append(ids.get(continuing(tag), ids[tag]) if source == before else ids[tag])
        before = source
    return labels


def _carriers(found: Alignment, tokens: Sequence[str]) -> "array[int]":
    """The position of the token that tags each source token: the first that begins with it, else the last
    that holds the one before it."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for position, source in enumerate(found.sources):
        if source is not None:
            first.setdefault(source, position)
            last[source] = position
    lost = set(found.lost)
    carriers = array("i")
    current = -1
    for index, token in enumerate(tokens):
        reached = token.strip() and index not in lost
        carriers.append(first.get(index, current) if reached else -1)
        current = last.get(index, current)
    return carriers


def _fill_spaces(tokens: Sequence[str], tags: list[str]) -> None:
    """Give spaces between two tokens of an entity its tag, as the tags of KLUE have it."""
    before = OUTSIDE
    spaces: list[int] = []
    for index, token in enumerate(tokens):
        if not token.strip():
            spaces.append(index)
            continue
        if before != OUTSIDE and tags[index] == continuing(before):
            for space in spaces:
                tags[space] = tags[index]
        before, spaces = tags[index], []
