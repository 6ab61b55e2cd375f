"""Texts and pairs of texts with a class or a score."""

from collections.abc import Sequence
from typing import Any

from haechi.data.input_format import InputFormat
from haechi.rows.examples import Example
from haechi.schema.task import PairEncoder
from haechi.tokenization.runtime import RuntimeTokenizer


def text_columns(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat
) -> dict[str, list[Any]]:
    """Columns of an `EncodedSplit`: one item a row, its label a class id or a score.

    Two texts are one input, or with a bi-encoder one each.
    """
    texts = [example.text or "" for example in examples]
    pairs = [example.text_pair or "" for example in examples] if form.text_pair else None
    labels = targets_of(examples, form.labels)
    if pairs is None or form.encoder is PairEncoder.cross:
        return {**id_columns(tokenizer.encode(texts, pairs, form.max_length), form), "labels": labels}
    first, second = (
        id_columns(tokenizer.encode(side, None, form.max_length), form) for side in (texts, pairs)
    )
    return {**first, **{f"pair_{name}": column for name, column in second.items()}, "labels": labels}


def id_columns(encodings: Sequence[Any], form: InputFormat) -> dict[str, list[Any]]:
    """What every input of a pooled model has: ids and, where they are wanted, marks of the tokens."""
    columns = {"input_ids": [encoding.ids for encoding in encodings]}
    if form.token_type_ids:
        columns["token_type_ids"] = [encoding.type_ids for encoding in encodings]
    if form.special_tokens:
        columns["special_tokens_mask"] = [encoding.special_tokens_mask for encoding in encodings]
    return columns


def targets_of(examples: Sequence[Example], labels: Sequence[str] | None) -> list[int] | list[float]:
    """Class ids by name, or scores where there are no names; 0 for a row without a label."""
    if labels is None:
        return [float(example.label or 0) for example in examples]
    ids = {name: index for index, name in enumerate(labels)}
    return [0 if example.label is None else ids[str(example.label)] for example in examples]
