"""Dropout on a CPU: torch draws a double for each number, which takes as long as a layer's products.

Here fifteen random bits decide about a number, sixty-four come at a time, and numbers are cleared by their
bits instead of by a multiplication. A rate is rounded to a multiple of 1 / 32,768 and the scale fits the
rounded rate, so that the expectation is kept exactly. Each call takes one number from torch's global
generator, which is all its state: whoever restores that generator restores the masks.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

STEPS = 2**15
INTEGERS = {2: torch.int16, 4: torch.int32, 8: torch.int64}


def rounded_rate(rate: float) -> float:
    """The rate that masks have, the nearest multiple of 1 / 32,768."""
    return round(rate * STEPS) / STEPS


def kept_scale(rate: float) -> float:
    """What keeps the expectation: what numbers that are not dropped are multiplied by."""
    return 1 / (1 - rounded_rate(rate))


class Bits:
    """A stream of masks whose seed is drawn from torch's global generator."""

    def __init__(self) -> None:
        seed = int(torch.randint(2**63 - 1, (1,)))
        self.stream = np.random.SFC64(seed)

    def kept(self, shape: Sequence[int], rate: float) -> Tensor:
        """A mask: -1 (all bits set) with probability 1 - `rounded_rate(rate)`, else 0.

        Returns:
            int16, of the shape.
        """
        count = int(np.prod(shape))
        words = self.stream.random_raw(-(-count // 4))
        numbers = torch.from_numpy(cast(Any, words).view(np.int16))[:count].view(*shape)
        # 0 to 32,767, less the number of those that are dropped: negative for a dropped one.
        numbers.bitwise_and_(STEPS - 1).sub_(round(rate * STEPS))
        return numbers.bitwise_right_shift_(15).bitwise_not_()


def cleared(numbers: Tensor, kept: Tensor) -> Tensor:
    """Numbers where the mask has its bits set, zero elsewhere; in place.

    Args:
        numbers: floats of 2, 4 or 8 bytes.
        kept: int16 mask of 0 and -1, of the same shape.
    """
    integers = INTEGERS[numbers.element_size()]
    numbers.view(integers).bitwise_and_(kept.to(integers))
    return numbers


class _Dropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, numbers: Tensor, rate: float) -> Tensor:
        kept = Bits().kept(numbers.shape, rate)
        ctx.save_for_backward(kept)
        ctx.scale = kept_scale(rate)
        return cleared(numbers.mul(ctx.scale).contiguous(), kept)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (kept,) = ctx.saved_tensors
        return cleared(gradients[0].mul(ctx.scale).contiguous(), kept), None


class CpuDropout(nn.Dropout):
    """`nn.Dropout` with cheaper masks; the same module in every other respect."""

    def forward(self, input: Tensor) -> Tensor:
        """Clears numbers with probability `p` and scales the others, in training."""
        here = self.training and 0 < self.p < 1 and input.device.type == "cpu"
        # What torch compiles it fuses by itself, and it cannot see into another library's generator.
        if not here or torch.compiler.is_compiling():
            return super().forward(input)
        return cast(Tensor, _Dropped.apply(input, self.p))


def hasten_dropout(model: nn.Module) -> None:
    """Replaces every `nn.Dropout` of a model that runs on a CPU."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, CpuDropout(child.p).train(child.training))
