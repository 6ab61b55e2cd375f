"""What a step does where memory does not suffice."""

import torch

from haechi.training.setup import Batch


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether memory did not suffice, on a GPU or (torch says it in words) on a CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def cut(batch: Batch, rows: int | None) -> list[Batch]:
    """A batch in parts of so many rows; None leaves it whole."""
    count = len(batch["labels"])
    if rows is None or rows >= count:
        return [batch]
    return [{name: tensor[at : at + rows] for name, tensor in batch.items()} for at in range(0, count, rows)]
