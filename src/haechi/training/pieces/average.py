"""An exponential moving average of the weights, which is what is evaluated and saved."""

from typing import Any

import torch

from haechi.modeling.assemble import TextModel
from haechi.training.pieces.piece import Piece


class Average(Piece):
    """After step t an average keeps min(decay, (1 + t) / (10 + t)) of itself, so that it forgets its start.

    Source: Tarvainen and Valpola 2017, https://arxiv.org/abs/1703.01780; the ramp is TensorFlow's.
    """

    def __init__(self, model: TextModel, decay: float) -> None:
        """`decay` is what a late step keeps of the average."""
        self.parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.averages = [parameter.detach().clone() for parameter in self.parameters]
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def after_step(self) -> None:
        """Move the averages towards the weights."""
        self.steps += 1
        kept = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for average, parameter in zip(self.averages, self.parameters, strict=True):
            average.lerp_(parameter, 1 - kept)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange weights and averages."""
        for parameter, average in zip(self.parameters, self.averages, strict=True):
            held = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(held)

    def state_dict(self) -> dict[str, Any]:
        """Averages and how many steps they have seen."""
        return {"averages": self.averages, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what `state_dict` gave."""
        self.steps = state["steps"]
        with torch.no_grad():
            for average, stored in zip(self.averages, state["averages"], strict=True):
                average.copy_(stored)
