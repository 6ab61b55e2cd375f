"""The loss of an objective, as a sum over targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from haechi.data.split import IGNORED, EncodedSplit
from haechi.modeling.heads import MASKED
from haechi.schema.task import Objective
from haechi.schema.trainer import ClassWeights, TrainerConfig

# Shape suffixes: B rows, T tokens, C outputs.


@dataclass(frozen=True)
class Criterion:
    """The loss that is trained on: with smoothing and weights, which an evaluation leaves out."""

    objective: Objective
    smoothing: float = 0.0
    weights: Tensor | None = None
    """(C,), 1 on average over the train rows."""

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Logits and labels as `summed_loss` takes them -> the sum over targets."""
        weights = None if self.weights is None else self.weights.to(logits.device)
        return summed_loss(self.objective, logits, labels, self.smoothing, weights)


def build_criterion(
    objective: Objective, config: TrainerConfig, train: EncodedSplit, labels: Sequence[str] | None
) -> Criterion:
    """The loss of a training; weights of classes come from the train rows."""
    weights = None
    if config.class_weights is ClassWeights.balanced and labels is not None:
        weights = balanced_weights(cast(Sequence[int], train.labels), len(labels))
    return Criterion(objective, config.label_smoothing_factor, weights)


def balanced_weights(labels: Sequence[int], classes: int) -> Tensor:
    """Rows / (classes with rows x rows of the class), so that the mean over the rows is 1; 0 without rows.

    Args:
        labels: class ids.
        classes: how many there may be.
    """
    counts = torch.bincount(torch.tensor(labels), minlength=classes).double()
    share = counts.sum() / (counts > 0).sum()
    return torch.where(counts > 0, share / counts.clamp(min=1), 0).float()


def summed_loss(
    objective: Objective,
    logits: Tensor,
    labels: Tensor,
    smoothing: float = 0.0,
    weights: Tensor | None = None,
) -> Tensor:
    """Cross-entropy or squared error, summed over the targets, in float32.

    A sum, so that the caller divides by the targets of the whole optimizer step: batches of one step then
    weigh as their targets do, however many they are.

    Args:
        objective: the task's objective.
        logits: (B, C), C is 1 for a regression; (B, T, C) for tags; (B, T, 2) for spans.
        labels: (B,); (B, T) for tags, -100 where a token has none; (B, 2) for spans.
        smoothing: share of the target that is spread over all classes, tags or tokens.
        weights: (C,), of the classes.

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
        weight=weights,
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
