"""R-Drop: two passes with different dropout are to give the same distribution."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from haechi.data.split import IGNORED
from haechi.schema.task import Objective
from haechi.training.loss import summed_loss
from haechi.training.pieces.piece import Piece

# Shape suffixes: B rows, T tokens, C outputs.


class RDrop(Piece):
    """The symmetric Kullback-Leibler divergence of two passes, for a score their squared difference.

    Source: Liang et al. 2021, algorithm 1, https://arxiv.org/abs/2106.14448. There the loss is the sum of
    both passes'; here it is their mean, so that `alpha` alone decides how much is added.
    """

    def __init__(self, objective: Objective, alpha: float) -> None:
        """`alpha` is the divergence's weight."""
        self.objective = objective
        self.alpha = alpha

    def loss(self, logits: Tensor, labels: Tensor, forward: Callable[[], Tensor]) -> Tensor:
        """Half the difference of the two losses, which makes it their mean, and the divergence."""
        second = forward()
        own, other = (summed_loss(self.objective, given, labels) for given in (logits, second))
        return (other - own) / 2 + self.alpha * self.divergence(logits.float(), second.float(), labels)

    def divergence(self, one: Tensor, other: Tensor, labels: Tensor) -> Tensor:
        """Summed over targets; logits and labels as `summed_loss` takes them."""
        if self.objective is Objective.regression:
            return functional.mse_loss(one, other, reduction="sum")
        if self.objective is Objective.span:
            one, other = one.transpose(1, 2), other.transpose(1, 2)
        elif self.objective is Objective.token_classification:
            has_label = labels != IGNORED
            one, other = one[has_label], other[has_label]
        first, second = one.log_softmax(-1), other.log_softmax(-1)
        difference = (first.exp() - second.exp()) * (first - second)
        return difference.masked_fill(~torch.isfinite(difference), 0).sum() / 2
