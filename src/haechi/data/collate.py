"""Rows of token ids -> one padded batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from haechi.data.split import IGNORED

# Shape suffixes: B rows, T tokens of the longest row, 2 entities (subject, object).


@dataclass(frozen=True)
class Collator:
    """Pads rows on the right, to the longest row of the batch.

    The mask is 1 for a token and 0 for padding. Labels become int64 class ids or float32 scores; a list
    holds one label for each token and is padded with -100. Positions in a row (`entity_starts`, the two
    labels of a span) stay what they are, since rows begin where they began.
    """

    pad_token_id: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Rows of a split -> one batch.

        `input_ids`, `attention_mask` and, where the rows have them, `token_type_ids`,
        `special_tokens_mask` (B, T), `entity_starts` (B, 2), `labels`: (B,) for classes and scores,
        (B, T) for tags, (B, 2) for spans. A second input has the same under `pair_...`, with a length of
        its own.
        """
        batch = self._inputs(rows, "")
        longest = batch["input_ids"].shape[1]
        if "pair_input_ids" in rows[0]:
            batch |= self._inputs(rows, "pair_")
        if "entity_starts" in rows[0]:
            batch["entity_starts"] = torch.tensor([row["entity_starts"] for row in rows], dtype=torch.int64)
        if "labels" in rows[0]:
            batch["labels"] = self._labels([row["labels"] for row in rows], longest)
        return batch

    def _inputs(self, rows: Sequence[dict[str, Any]], prefix: str) -> dict[str, Tensor]:
        ids = [row[f"{prefix}input_ids"] for row in rows]
        longest = max(map(len, ids))
        batch = {
            f"{prefix}input_ids": self._pad(ids, longest, self.pad_token_id),
            f"{prefix}attention_mask": self._pad([[1] * len(row) for row in ids], longest, 0),
        }
        for name in (f"{prefix}token_type_ids", f"{prefix}special_tokens_mask"):
            if name in rows[0]:
                batch[name] = self._pad([row[name] for row in rows], longest, 0)
        return batch

    def _labels(self, labels: Sequence[Any], longest: int) -> Tensor:
        if isinstance(labels[0], list):
            return self._pad(labels, longest, IGNORED)
        kind = torch.float32 if isinstance(labels[0], float) else torch.int64
        return torch.tensor(labels, dtype=kind)

    @staticmethod
    def _pad(values: Sequence[Sequence[int]], longest: int, filling: int) -> Tensor:
        return torch.tensor([[*row, *[filling] * (longest - len(row))] for row in values], dtype=torch.int64)
