"""The loss of an objective, as a sum over targets."""

import torch
from torch import Tensor
from torch.nn import functional

from haechi.data.split import IGNORED
from haechi.modeling.heads import MASKED
from haechi.schema.task import Objective

# Shape suffixes: B rows, T tokens, C outputs.


def summed_loss(objective: Objective, logits: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy or squared error, summed over the targets, in float32.

    A sum, so that the caller divides by the targets of the whole optimizer step: batches of one step then
    weigh as their targets do, however many they are.

    Args:
        objective: the task's objective.
        logits: (B, C), C is 1 for a regression; (B, T, C) for tags; (B, T, 2) for spans.
        labels: (B,); (B, T) for tags, -100 where a token has none; (B, 2) for spans.
        smoothing: share of the target that is spread over all classes, tags or tokens.

    Returns:
        A scalar.
    """
    if objective is Objective.regression:
        return functional.mse_loss(logits.float().squeeze(-1), labels.float(), reduction="sum")
    if objective is Objective.span:
        return _span_loss(logits.float(), labels.to(torch.int64), smoothing)
    return functional.cross_entropy(
        logits.float().flatten(0, -2),
        labels.to(torch.int64).flatten(),
        reduction="sum",
        label_smoothing=smoothing,
        ignore_index=IGNORED,
    )


def _span_loss(logits_BT2: Tensor, labels_B2: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy over the positions of a row, of start and of end.

    torch's own smoothing would spread over padding too, whose logit is far below all others.
    """
    shares_BT2 = logits_BT2.log_softmax(dim=1)
    wanted = -shares_BT2.gather(1, labels_B2.unsqueeze(1)).sum()
    if not smoothing:
        return wanted
    token_BT2 = logits_BT2 > MASKED / 2
    means_B2 = shares_BT2.masked_fill(~token_BT2, 0).sum(dim=1) / token_BT2.sum(dim=1)
    return (1 - smoothing) * wanted - smoothing * means_B2.sum()
