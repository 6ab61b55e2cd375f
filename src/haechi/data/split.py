"""A split as token ids."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from torch.utils.data import Dataset

from haechi.data.input_format import AnswerSearch
from haechi.rows.examples import Example

IGNORED = -100
"""The label of a token that has none."""

Label = int | float | list[int] | tuple[int, int]
"""A class id or a score; one class id for each token; first and last token of an answer."""

# What an item of a split may hold besides its ids.
OPTIONAL = (
    "labels", "token_type_ids", "special_tokens_mask", "entity_starts",
    "pair_input_ids", "pair_token_type_ids", "pair_special_tokens_mask",
)  # fmt: skip


class ContextTokens(NamedTuple):
    """The tokens of a window that are of the context."""

    first: int
    """Position of the first of them in the window; they follow one another."""
    null: int
    """Position of the token that stands for `no answer`."""
    starts: "array[int]"
    """Offset of each token's first character in the context."""
    ends: "array[int]"
    """Offset behind each token's last character."""


@dataclass
class EncodedSplit(Dataset[dict[str, Any]]):
    """A split as token ids.

    Item i is a dict with `input_ids` and, where the split has them, `labels`, `token_type_ids`,
    `special_tokens_mask` and `entity_starts`; for a bi-encoder the second text's under `pair_...`. An item
    is a row, or a window of a row's context.
    """

    input_ids: list[Sequence[int]]
    token_type_ids: list[Sequence[int]] | None = None
    labels: Sequence[Label] | None = None
    """What the head is to give; None where only predictions are wanted."""
    special_tokens_mask: list[Sequence[int]] | None = None
    """1 for a token that the tokenizer's template added."""
    entity_starts: list[tuple[int, int]] | None = None
    """Positions of the start markers of subject and object; negative for one that was cut off."""
    pair_input_ids: list[Sequence[int]] | None = None
    """The second text, where it is an input of its own."""
    pair_token_type_ids: list[Sequence[int]] | None = None
    pair_special_tokens_mask: list[Sequence[int]] | None = None
    carriers: "list[array[int]] | None" = None
    """For each source token the position of the token whose tag it gets; negative where none does."""
    contexts: list[ContextTokens] | None = None
    rows: list[int] | None = None
    """Which example each item is of."""
    examples: Sequence[Example] = ()
    """The rows, in the order of their file whatever the order of the items."""
    search: AnswerSearch = field(default_factory=AnswerSearch)
    """How answers are found among the tokens of the contexts."""

    def __len__(self) -> int:
        return len(self.input_ids)

    def __getitem__(self, index: int) -> dict[str, Any]:
        item: dict[str, Any] = {"input_ids": self.input_ids[index]}
        for name in OPTIONAL:
            column = getattr(self, name)
            if column is not None:
                item[name] = column[index]
        return item

    @property
    def lengths(self) -> list[int]:
        """Tokens of each item, those of a second input among them."""
        if self.pair_input_ids is None:
            return [len(ids) for ids in self.input_ids]
        return [len(one) + len(other) for one, other in zip(self.input_ids, self.pair_input_ids, strict=True)]

    @property
    def targets_per_item(self) -> float:
        """How many labels an item has on average: 1 for a class, 2 for a span, its tokens for tags."""
        if not self.labels or isinstance(self.labels[0], int | float):
            return 1.0
        if isinstance(self.labels[0], tuple):
            return 2.0
        rows = [label for label in self.labels if isinstance(label, list)]
        return max(sum(len(row) - row.count(IGNORED) for row in rows), 1) / len(rows)

    def by_length(self) -> tuple["EncodedSplit", list[int]]:
        """The items from the longest to the shortest, and where each came from.

        Batches of like length need little padding, and the longest batch comes first: if memory is too
        small, that shows at once.
        """
        lengths = self.lengths
        order = sorted(range(len(self)), key=lambda index: -lengths[index])
        return self.taken(order), order

    def taken(self, order: Sequence[int]) -> "EncodedSplit":
        """The items at these places, in this order; the examples stay whole."""
        columns: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        whole = {name: columns.pop(name) for name in ("examples", "search")}
        ordered = {
            name: None if column is None else [column[index] for index in order]
            for name, column in columns.items()
        }
        return EncodedSplit(**ordered, **whole)  # type: ignore[arg-type]
