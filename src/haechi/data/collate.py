"""Rows of token ids -> one padded batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

# Shape suffixes: B rows, T tokens of the longest row.


@dataclass(frozen=True)
class Collator:
    """Pads rows on the right, to the longest row of the batch.

    The mask is 1 for a token and 0 for padding. Labels become int64 class ids or float32 scores.
    """

    pad_token_id: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Rows of a split -> `input_ids`, `attention_mask`, maybe `token_type_ids` (B, T), `labels` (B,)."""
        longest = max(len(row["input_ids"]) for row in rows)
        batch = {
            "input_ids": self._pad([row["input_ids"] for row in rows], longest, self.pad_token_id),
            "attention_mask": self._pad([[1] * len(row["input_ids"]) for row in rows], longest, 0),
        }
        if "token_type_ids" in rows[0]:
            batch["token_type_ids"] = self._pad([row["token_type_ids"] for row in rows], longest, 0)
        if "labels" in rows[0]:
            labels = [row["labels"] for row in rows]
            kind = torch.float32 if isinstance(labels[0], float) else torch.int64
            batch["labels"] = torch.tensor(labels, dtype=kind)
        return batch

    @staticmethod
    def _pad(values: Sequence[Sequence[int]], longest: int, filling: int) -> Tensor:
        return torch.tensor([[*row, *[filling] * (longest - len(row))] for row in values], dtype=torch.int64)
