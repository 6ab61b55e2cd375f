"""Whether a row's vector depends on the padding beside it."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from haechi.data.collate import Collator
from haechi.modeling.assemble import TextModel
from haechi.modeling.heads import CosineHead
from haechi.preflight.depth import PaddingEffect

# Shape suffixes: B rows, T tokens with padding, D width of the head's input.

MOST_PADDING = 96


def try_padding(
    model: TextModel, items: Sequence[dict[str, Any]], collate: Collator, usable_positions: int | None
) -> PaddingEffect | None:
    """Compare what reaches the head: rows in a batch, in a batch with more padding, and each row alone.

    Args:
        model: the run's model in float32, in evaluation mode.
        items: rows as token ids, with whatever else the split has.
        collate: makes a batch of them.
        usable_positions: longest input, in tokens; None where nothing bounds it.

    Returns:
        None where no row leaves room for padding.
    """
    rows = [{name: value for name, value in item.items() if name != "labels"} for item in items]
    limit = usable_positions or max(len(row["input_ids"]) for row in rows) + MOST_PADDING
    rows = [row for row in rows if len(row["input_ids"]) < limit]
    if not rows:
        return None
    longest = max(len(row["input_ids"]) for row in rows)
    room = min(MOST_PADDING, limit - longest)
    together = _vectors(model, collate(rows), rows)
    padded = _vectors(model, {name: value[:-1] for name, value in _padded(collate, rows, room).items()}, rows)
    alone = [_vectors(model, collate([row]), [row])[0] for row in rows]
    scale = torch.cat(together).double().square().mean().sqrt().clamp(min=1e-12)
    return PaddingEffect(
        padded=_difference(together, padded, scale),
        alone=_difference(together, alone, scale),
        positions=room,
        rows=len(rows),
    )


def _padded(collate: Collator, rows: list[dict[str, Any]], room: int) -> dict[str, Tensor]:
    """A batch that has one more row, so much longer than the others, in the last place."""
    longest = max(rows, key=lambda row: len(row["input_ids"]))
    length = len(longest["input_ids"])

    def longer(value: Any) -> Any:
        return [*value, *[value[-1]] * room] if len(value) == length else value

    return collate([*rows, {name: longer(value) for name, value in longest.items()}])


@torch.no_grad()
def _vectors(model: TextModel, batch: dict[str, Tensor], rows: Sequence[dict[str, Any]]) -> list[Tensor]:
    """What the head reads of each row, flat: its pooled vector or both of a pair, or those of its tokens."""
    seen: list[Tensor] = []
    compares = isinstance(model.head, CosineHead)
    hook = model.head.register_forward_pre_hook(
        lambda _, inputs: seen.append(torch.cat(inputs, dim=-1) if compares else inputs[0])
    )
    try:
        model(**batch)
    finally:
        hook.remove()
    vectors = seen[0].float()
    if model.pooling is not None:
        return list(vectors)
    return [row_TD[: len(row["input_ids"])].flatten() for row_TD, row in zip(vectors, rows, strict=True)]


def _difference(ours: list[Tensor], theirs: list[Tensor], scale: Tensor) -> float:
    """The largest difference, as a share of the scale; infinite where a value is no number."""
    both = [(one.double() - other.double()).abs().max() for one, other in zip(ours, theirs, strict=True)]
    return float(torch.stack(both).nan_to_num(torch.inf).max() / scale)
