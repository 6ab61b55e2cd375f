"""FGM: a second pass with the word embeddings moved against the loss."""

from collections.abc import Callable
from typing import cast

import torch
from torch import nn

from haechi.modeling.assemble import TextModel
from haechi.training.pieces.piece import Piece


class Fgm(Piece):
    """Adversarial training: epsilon g / |g| is added to the word embeddings; both passes' gradients count.

    The gradient is that of the optimizer step so far, micro-batches before this one included.

    Source: Miyato et al. 2017, section 3, https://arxiv.org/abs/1605.07725
    """

    def __init__(self, model: TextModel, epsilon: float) -> None:
        """`epsilon` is the length of the step, in the units of the embeddings."""
        embeddings = cast(nn.Embedding, model.encoder.backbone.get_input_embeddings())
        self.weight = embeddings.weight
        self.epsilon = epsilon

    def after_backward(self, again: Callable[[], object]) -> None:
        """Move the embeddings, pass once more, move them back."""
        gradient = self.weight.grad
        norm = 0.0 if gradient is None else float(gradient.norm())
        if gradient is None or norm == 0 or not torch.isfinite(gradient.sum()):
            return
        before = self.weight.detach().clone()
        with torch.no_grad():
            self.weight.add_(gradient, alpha=self.epsilon / norm)
        try:
            again()
        finally:  # a pass that memory does not hold is done once more, with the embeddings as they were
            with torch.no_grad():
                self.weight.copy_(before)
