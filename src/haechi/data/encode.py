"""Examples -> token ids and labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch.utils.data import Dataset

from haechi.rows.columns import Example
from haechi.tokenization.runtime import RuntimeTokenizer


@dataclass
class EncodedSplit(Dataset[dict[str, Any]]):
    """A split as token ids; item i is a dict with `input_ids`, `labels` and maybe `token_type_ids`."""

    input_ids: list[list[int]]
    token_type_ids: list[list[int]] | None
    labels: list[int] | list[float]

    def __len__(self) -> int:
        return len(self.input_ids)

    def __getitem__(self, index: int) -> dict[str, Any]:
        item: dict[str, Any] = {"input_ids": self.input_ids[index], "labels": self.labels[index]}
        if self.token_type_ids is not None:
            item["token_type_ids"] = self.token_type_ids[index]
        return item

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(ids) for ids in self.input_ids]

    def by_length(self) -> tuple["EncodedSplit", list[int]]:
        """The rows from the longest to the shortest, and where each came from.

        Batches of like length need little padding, and the longest batch comes first: if memory is too
        small, that shows at once.
        """
        order = sorted(range(len(self)), key=lambda index: -len(self.input_ids[index]))
        types = self.token_type_ids
        return (
            EncodedSplit(
                [self.input_ids[index] for index in order],
                None if types is None else [types[index] for index in order],
                [self.labels[index] for index in order],  # type: ignore[arg-type]
            ),
            order,
        )


def encode(
    examples: Sequence[Example],
    tokenizer: RuntimeTokenizer,
    *,
    max_length: int,
    token_type_ids: bool,
    labels: Sequence[str] | None,
) -> EncodedSplit:
    """Encode the examples of a split.

    Args:
        examples: rows, all with text and label.
        tokenizer: the tokenizer that was judged.
        max_length: longest input, in tokens.
        token_type_ids: whether segment ids are kept.
        labels: class names in the order of the head's outputs; None for scores.
    """
    texts = [example.text or "" for example in examples]
    paired = bool(examples) and examples[0].text_pair is not None
    pairs = [example.text_pair or "" for example in examples] if paired else None
    encodings = tokenizer.encode(texts, pairs, max_length)
    targets: list[int] | list[float]
    if labels is None:
        targets = [float(example.label) for example in examples]
    else:
        ids = {name: index for index, name in enumerate(labels)}
        targets = [ids[str(example.label)] for example in examples]
    return EncodedSplit(
        [encoding.ids for encoding in encodings],
        [encoding.type_ids for encoding in encodings] if token_type_ids else None,
        targets,
    )
