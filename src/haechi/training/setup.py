"""What a training is given, and what it gives, whichever trainer runs."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from haechi import launch
from haechi.data.batches import BatchPlan
from haechi.data.collate import Collator
from haechi.data.split import EncodedSplit
from haechi.fault import RunFault
from haechi.modeling.build import runs_on_cpu
from haechi.schema.metric import LOWER_IS_BETTER, chosen_metric
from haechi.schema.task import TaskConfig
from haechi.schema.trainer import TrainerConfig
from haechi.training.checkpoint import all_checkpoints

Batch = dict[str, Tensor]
"""What the collator gives."""

OnMetrics = Callable[[Mapping[str, float], int, float], None]
"""Called with metrics under their full names, the optimizer step and the epoch."""


@dataclass(frozen=True)
class Setup:
    """A training, all but its model and rows."""

    task: TaskConfig
    config: TrainerConfig
    labels: Sequence[str] | None
    """Names in the order of the head's outputs; None for a regression and for spans."""
    seed: int
    """Of order and dropout."""
    pad_token_id: int
    folder: Path
    """Where checkpoints go."""
    on_metrics: OnMetrics
    """Hears of every logged metric."""
    is_hopeless: Callable[[], bool] = lambda: False
    """Whether somebody who heard of an evaluation wants the training to end there."""

    @property
    def metric(self) -> str:
        """What chooses the best checkpoint, without the split's name."""
        return chosen_metric(self.task)

    def plan(self, split: EncodedSplit) -> BatchPlan:
        """The batches of the train rows, epoch by epoch."""
        config = self.config
        return BatchPlan(
            split.lengths,
            config.per_device_train_batch_size,
            self.seed,
            by_length=config.length_bucket,
            max_tokens=config.max_tokens_per_batch,
            processes=launch.processes(),
            rank=launch.rank(),
        )

    def max_steps(self, plan: BatchPlan) -> int:
        """Optimizer steps of the whole training."""
        config = self.config
        if config.max_steps > 0:
            return config.max_steps
        return math.ceil(config.num_train_epochs * math.ceil(len(plan) / config.gradient_accumulation_steps))

    def loader(self, split: EncodedSplit, **batches: Any) -> DataLoader[Any]:
        """Batches of a split; workers prepare the next ones meanwhile."""
        return DataLoader(
            cast(Any, split), collate_fn=Collator(self.pad_token_id),
            num_workers=self.config.dataloader_num_workers, pin_memory=not runs_on_cpu(), **batches,
        )  # fmt: skip

    def measure(self, outputs: np.ndarray, split: EncodedSplit) -> dict[str, float]:
        """Metrics of a split, by the names that KLUE gives them."""
        # scikit-learn takes a second to import, which the first step need not wait for.
        from haechi.training.metrics import compute_metrics

        return compute_metrics(self.task.objective, outputs, split, self.labels, self.task.positive_from)

    def is_better(self, value: float, best: float | None) -> bool:
        """Whether a value of the metric beats the best one so far."""
        if best is None:
            return True
        return value < best if self.metric in LOWER_IS_BETTER else value > best


@dataclass(frozen=True)
class Outcome:
    """What training gives; the model holds the weights that it ended with."""

    best: dict[str, Any]
    """Metric, value, step and epoch of the best checkpoint."""
    steps: int
    epoch: float
    seconds: float
    """Seconds of training, evaluations included."""
    predict: Callable[[EncodedSplit], np.ndarray]
    """Outputs of a split by the model, in the split's order, as `compute_metrics` reads them."""
    validation_outputs: np.ndarray | None
    """The same for the validation rows where they are at hand; None if they have to be computed."""


def check_finite(
    norm: float,
    step: int,
    rate: float,
    split: EncodedSplit,
    items: Callable[[], list[int]],
    folder: Path,
) -> None:
    """Stop where going on would only write NaN into every weight.

    Args:
        norm: of the gradients; it is not finite if the loss is not.
        step: optimizer steps taken before.
        rate: learning rate of this one.
        split: the train rows.
        items: gives those of this step.
        folder: where checkpoints are.

    Raises:
        RunFault: it is not finite.
    """
    if math.isfinite(norm):
        return
    indices = sorted({item if split.rows is None else split.rows[item] for item in items()})
    rows = [split.examples[index].row or index + 1 for index in indices if index < len(split.examples)]
    shown = ", ".join(map(str, rows[:12])) + (", ..." if len(rows) > 12 else "")
    found = all_checkpoints(folder)
    kept = f"the last checkpoint is {found[-1]}" if found else "no checkpoint was written before"
    raise RunFault(
        f"the gradients of step {step + 1} are not finite: learning rate {rate:.3g}",
        [f"the step's rows: {shown}" if shown else "the step has no rows of a file", kept],
        [f"trainer.learning_rate={rate / 10:.1g}", "trainer.precision=float32", "trainer.max_grad_norm=1"],
    )


def seed_pass(seed: int, step: int, micro_batch: int) -> None:
    """Seed dropout for one forward pass, so that nothing drawn elsewhere changes it.

    Every process draws masks of its own.

    Args:
        seed: the run's.
        step: optimizer steps taken before.
        micro_batch: its number within the step.
    """
    # Products of odd primes keep passes apart; torch takes seeds below 2 ** 63.
    number = micro_batch * launch.processes() + launch.rank()
    torch.manual_seed((seed * 1_000_003 + step * 65_537 + number) % 2**63)


def as_outputs(given: Any) -> np.ndarray:
    """Outputs in float32, or ids of tags."""
    found = np.asarray(given)
    return found if np.issubdtype(found.dtype, np.integer) else found.astype(np.float32, copy=False)


def in_order(found: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """Outputs of sorted items, put back to where the items came from."""
    outputs = np.empty_like(found)
    outputs[list(order)] = found
    return outputs
