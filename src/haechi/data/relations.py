"""Sentences with two marked mentions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from haechi.data.input_format import InputFormat
from haechi.data.texts import id_columns, targets_of
from haechi.rows.examples import Example, RelationExample
from haechi.tokenization.markers import Marked, mark
from haechi.tokenization.runtime import RuntimeTokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding

NOWHERE = (-1, -1)


def relation_columns(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat
) -> dict[str, list[Any]]:
    """Columns of an `EncodedSplit`: the marked sentence, and where its opening markers are.

    A sentence whose mentions cannot be found stays unmarked; preflight refuses it, unless it was told
    to let it pass.
    """
    marked = [_marked(example, form) for example in examples]
    encodings = tokenizer.encode_with_offsets([item.text for item in marked], form.max_length)
    starts = [
        tuple(_position(encoding, offset) for offset in item.starts)
        for encoding, item in zip(encodings, marked, strict=True)
    ]
    labels = targets_of(examples, form.labels)
    return {**id_columns(encodings, form), "entity_starts": starts, "labels": labels}


def _marked(example: Example, form: InputFormat) -> Marked:
    found = mark(example, form.markers) if isinstance(example, RelationExample) else None
    return found or Marked(example.text or "", NOWHERE, NOWHERE)


def _position(encoding: "Encoding", offset: int) -> int:
    """The token that holds a character; negative where it was cut off."""
    position = encoding.char_to_token(offset) if offset >= 0 else None
    return -1 if position is None else position
