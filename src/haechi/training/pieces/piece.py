"""What a piece may do, and when the loop asks."""

from collections.abc import Callable
from typing import Any

from torch import Tensor


class Piece:
    """A piece that adds nothing; overriding a method adds something at that place of a step."""

    def loss(self, logits: Tensor, labels: Tensor, forward: Callable[[], Tensor]) -> Tensor | None:
        """A sum over targets that is added to the loss.

        Args:
            logits: as the head gave them.
            labels: as the collator gives them.
            forward: the same batch through the model once more, with other dropout.
        """
        return None

    def after_backward(self, again: Callable[[], object]) -> None:
        """Once a micro-batch's gradients are there.

        Args:
            again: the same batch forward and backward once more, gradients added.
        """

    def after_step(self) -> None:
        """Once the optimizer has changed the weights."""

    def swap(self) -> None:
        """Before an evaluation and after it: exchange the weights with those that are to be evaluated."""

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training needs."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what `state_dict` gave."""
