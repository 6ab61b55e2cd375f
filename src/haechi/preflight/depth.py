"""What the deep check has measured; without torch, so that rules can read it.

`haechi.deep` measures. Here is what it hands over, and what a run has to say of it is in the rules.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeVar

from haechi.text import Text

Result = TypeVar("Result")


class Unmeasured(Exception):
    """A measurement broke off by a fault of its own; the rule that asks for it cannot judge."""


@dataclass(frozen=True)
class Fault:
    """Why a measurement broke off."""

    error: str
    """The exception, its type first."""


class Reshaped(NamedTuple):
    """A tensor of another shape."""

    name: str
    stored: tuple[int, ...]
    wanted: tuple[int, ...]


@dataclass(frozen=True)
class TensorAgreement:
    """The encoder that the training would build against the tensors that the checkpoint stores."""

    missing: tuple[str, ...] = ()
    """Tensors of the encoder that are not stored, by the names of the base model."""
    unexpected: tuple[str, ...] = ()
    """Tensors stored for the encoder that it does not have; those of task heads and poolers left out."""
    reshaped: tuple[Reshaped, ...] = ()


class Stage(Enum):
    """What is being done with a batch."""

    encode = "encode"
    build = "build"
    forward = "forward"
    loss = "loss"
    backward = "backward"


@dataclass(frozen=True)
class FirstBatch:
    """Some train rows through tokenizer, collator, model and loss, and the gradient back."""

    rows: int
    longest: int
    """Tokens of the longest row."""
    error: str | None = None
    """The exception that ended it, its type first."""
    stage: Stage = Stage.backward
    """What was being done last."""
    loss: float | None = None
    """Mean loss of the rows; infinite or no number where it is one."""
    infinite_weights: tuple[str, ...] = ()
    """Tensors that hold a value that is infinite or no number."""
    infinite_gradients: tuple[str, ...] = ()
    """Trainable tensors whose gradient is infinite or no number, while the loss is a number."""
    learning: int = 0
    """Trainable tensors that should have a gradient."""
    untouched: tuple[str, ...] = ()
    """Those of them that have none."""

    @property
    def succeeded(self) -> bool:
        """Whether the batch went through and gave a loss and gradients that are numbers."""
        return (
            self.error is None
            and self.loss is not None
            and math.isfinite(self.loss)
            and not self.infinite_gradients
        )


@dataclass(frozen=True)
class PaddingEffect:
    """How far the head's input moves when nothing but the padding around a row changes."""

    padded: float
    """Largest difference between the rows in a batch and the same rows with more padding, as a share of
    the vectors' root mean square."""
    alone: float
    """The same between the rows in a batch and each row alone."""
    positions: int
    """Positions of padding that were added."""
    rows: int

    @property
    def largest(self) -> float:
        """The larger of the two differences."""
        return max(self.padded, self.alone)


@dataclass(frozen=True)
class MaskedWords:
    """What the checkpoint's own head for masked words makes of text that this tokenizer has cut.

    Of any two masked tokens and their two places the model is asked which belongs where. How frequent a
    token is does not help with that; only its context does.
    """

    words: int
    """Masked tokens."""
    put_right: float
    """Share of the pairs that the model puts right; one half where the contexts say nothing."""
    error: float
    """Standard error of that share."""
    margin: float
    """By how many nats the right order of a pair is more probable than the wrong one, on average, halved:
    what a context tells of its token."""
    log_probability: float
    """Mean natural logarithm of the true token's probability."""
    vocabulary: int
    """Entries that the head chooses from."""

    @property
    def gain(self) -> float:
        """By how many nats the true token is more probable than by a blind guess."""
        return self.log_probability + math.log(self.vocabulary)


@dataclass(frozen=True)
class DepthReport:
    """Everything that was measured of one run. None: the measurement does not apply to the run."""

    tensors: TensorAgreement | Fault | None = None
    batch: FirstBatch | Fault | None = None
    padding: PaddingEffect | Fault | None = None
    masked_words: MaskedWords | Fault | None = None
    untestable: Text | None = None
    """Why masked words could not be tried on a pretrained checkpoint."""


def measured(result: Result | Fault | None) -> Result | None:
    """A result that is here, or None where the measurement does not apply.

    Raises:
        Unmeasured: the measurement broke off; `check` reports the rule as one that could not be judged.
    """
    if isinstance(result, Fault):
        raise Unmeasured(result.error)
    return result
