"""Trainer's passes through the model: seeded by the step, and cut where memory does not suffice."""

from contextlib import nullcontext
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from transformers import Trainer

from haechi import launch
from haechi.training import processes
from haechi.training.interruption import Interruption
from haechi.training.memory import ERRORS, RowsAtOnce
from haechi.training.setup import Batch, Setup, seed_pass


class DividedPasses(Trainer):
    """A Trainer whose micro-batches may take several passes, with the gradients and outputs of one."""

    interruption: Interruption

    def __init__(self, *args: Any, setup: Setup, **kwargs: Any) -> None:
        """Besides Trainer's own arguments: what the training is given."""
        self.setup = setup
        self.rows = RowsAtOnce(setup.config, training=True)
        self.evaluation_rows = RowsAtOnce(setup.config, training=False)
        self._batches: list[Batch] = []
        """The micro-batches of this step."""
        self._taken = self._passes = 0
        """How many of them went through the model, and in how many passes."""
        self._loss = self._given = torch.zeros(())
        """The step's loss so far, and as much of it as Trainer was given."""
        super().__init__(*args, **kwargs)

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        """As the default; besides, the micro-batches are kept, should the step have to be begun again."""
        self._batches, targets = super().get_batch_samples(*args, **kwargs)
        self._taken = self._passes = 0
        self._loss = self._given = torch.zeros((), device=self.args.device)
        return self._batches, targets

    def training_step(self, model: nn.Module, inputs: Batch, *args: Any, **kwargs: Any) -> Tensor:
        """As the default; besides, dropout is seeded by the step, and memory that does not suffice halves the
        rows of a pass.

        The default goes on drawing from the global generator, so that an evaluation more, or a run that is
        resumed in the middle of an epoch, changes every mask after it. Where memory ends it ends the run or,
        with `auto_find_batch_size`, begins the whole training again with other steps. Here the step is begun
        again, since a pass that failed may have left gradients. And of several processes the default adds
        gradients up during the last backward pass, for which the others would wait in vain where one has
        to begin again; here they are added up after it.
        """
        self.interruption.check()
        self._taken += 1
        parts = self.rows.cut(inputs)
        while True:
            try:
                for part in parts:
                    self._one_pass(model, part, *args, **kwargs)
                break
            except ERRORS as error:
                model.zero_grad()
                self._passes, self._loss = 0, torch.zeros_like(self._loss)
                self.rows.halve(error, self.rows.cut(*self._batches))
            parts = self.rows.cut(*self._batches[: self._taken])
        if self._taken == len(self._batches):
            processes.add_up(cast(nn.Module, self.model))
        added, self._given = self._loss - self._given, self._loss
        # The loss of a step is that of everyone's targets, of which this is a part; Trainer logs the mean.
        return added * launch.processes()

    def _one_pass(self, model: nn.Module, *given: Any, **named: Any) -> None:
        """One pass of a training step."""
        seed_pass(self.setup.seed, self.state.global_step, self._passes)
        with model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext():
            self._loss = self._loss + super().training_step(model, *given, **named)
        self._passes += 1

    def prediction_step(
        self, model: nn.Module, inputs: Batch, *args: Any, **kwargs: Any
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """As the default; besides, memory that does not suffice halves the rows of a pass."""
        take = super().prediction_step
        while True:
            parts = self.evaluation_rows.cut(inputs)
            try:
                return _together([take(model, part, *args, **kwargs) for part in parts], parts)
            except ERRORS as error:
                self.evaluation_rows.halve(error, parts)


def _together(found: list[Any], parts: list[Batch]) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The loss, outputs and labels of a batch from those of its parts, whose losses are means over rows."""
    losses, outputs, labels = zip(*found, strict=True)
    rows = [len(part["input_ids"]) for part in parts]
    loss = None
    if losses[0] is not None:
        shares = [loss * count / sum(rows) for loss, count in zip(losses, rows, strict=True)]
        loss = torch.stack(shares).sum()
    return loss, _joined(outputs), _joined(labels)


def _joined(tensors: tuple[Any, ...]) -> Tensor | None:
    return None if tensors[0] is None else torch.cat(tensors)
