"""The loss of an objective, as a sum over rows."""

import torch
from torch import Tensor
from torch.nn import functional

from haechi.schema.task import Objective

# Shape suffixes: B rows, C outputs.


def summed_loss(objective: Objective, logits_BC: Tensor, labels_B: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy or squared error, summed over the rows, in float32.

    A sum, so that the caller divides by the rows of the whole optimizer step: batches of one step then
    weigh as their rows do, however many they are.

    Shape:
        logits_BC: (B, C), C is 1 for a regression. labels_B: (B,). returns: ().
    """
    if objective is Objective.regression:
        return functional.mse_loss(logits_BC.float().squeeze(-1), labels_B.float(), reduction="sum")
    return functional.cross_entropy(
        logits_BC.float(), labels_B.to(torch.int64), reduction="sum", label_smoothing=smoothing
    )
