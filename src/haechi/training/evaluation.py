"""A split through the model (what Trainer.evaluation_loop does)."""

from collections.abc import Callable

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from haechi import launch
from haechi.data.split import IGNORED, EncodedSplit
from haechi.schema.task import Objective
from haechi.training import processes
from haechi.training.loss import summed_loss
from haechi.training.memory import ERRORS, RowsAtOnce
from haechi.training.setup import Batch, Setup, as_outputs, in_order


class Evaluator:
    """Scores splits by the weights that a model has at the time."""

    def __init__(
        self, model: nn.Module, accelerator: Accelerator, setup: Setup, before_batch: Callable[[], None]
    ) -> None:
        """`before_batch` may raise to break an evaluation off."""
        self.model = model
        self.accelerator = accelerator
        self.setup = setup
        self.before_batch = before_batch
        self.rows = RowsAtOnce(setup.config, training=False)

    def placed(self, batch: Batch) -> Batch:
        """A batch where the model is."""
        return {name: tensor.to(self.accelerator.device, non_blocking=True) for name, tensor in batch.items()}

    def score(self, split: EncodedSplit) -> tuple[np.ndarray, float]:
        """Outputs in the order of the items, and the mean loss over the split's targets.

        The loss is the plain one: smoothing and weights are of the training. Several processes share the
        items, and each gets everyone's outputs.
        """
        count = launch.processes()
        if count == 1 or len(split) < count:
            outputs, total, targets = self._score(split)
            return outputs, total / max(targets, 1)
        places = [list(range(rank, len(split), count)) for rank in range(count)]
        parts = processes.gathered(self._score(split.taken(places[launch.rank()])))
        outputs = in_order(_joined([part[0] for part in parts]), [item for part in places for item in part])
        return outputs, sum(part[1] for part in parts) / max(sum(part[2] for part in parts), 1)

    def _score(self, split: EncodedSplit) -> tuple[np.ndarray, float, int]:
        """Outputs, the sum of the loss, and the targets that it is of."""
        self.model.eval()
        found: list[np.ndarray] = []
        total, targets = 0.0, 0
        loader = self.setup.loader(split, batch_size=self.setup.config.per_device_eval_batch_size)
        with torch.inference_mode():
            for batch in loader:
                self.before_batch()
                for outputs, loss, count in self._passes(batch):
                    found.append(outputs)
                    total, targets = total + loss, targets + count
        return as_outputs(_joined(found)), total, targets

    def _passes(self, batch: Batch) -> list[tuple[np.ndarray, float, int]]:
        """A batch through the model, in parts where memory does not hold it."""
        while True:
            parts = self.rows.cut(batch)
            try:
                return [self._pass(self.placed(part)) for part in parts]
            except ERRORS as error:
                self.rows.halve(error, parts)

    def _pass(self, batch: Batch) -> tuple[np.ndarray, float, int]:
        """Outputs, the sum of the loss, and the targets that it is of."""
        objective = self.setup.task.objective
        total, targets = 0.0, 0
        with self.accelerator.autocast():
            logits = self.model(**batch)["logits"]
        if "labels" in batch:
            total = float(summed_loss(objective, logits, batch["labels"]))
            targets = int((batch["labels"] != IGNORED).sum())
        # The best tag of each token is all that is scored, and a thirteenth of what the logits take.
        kept = logits.argmax(-1) if objective is Objective.token_classification else logits.float()
        return kept.cpu().numpy(), total, targets


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Outputs of batches one behind the other; those of tokens filled up with -100, as Trainer does."""
    if parts[0].ndim == 1 or len({part.shape[1:] for part in parts}) == 1:
        return np.concatenate(parts)
    longest = max(part.shape[1] for part in parts)
    shape = (sum(map(len, parts)), longest, *parts[0].shape[2:])
    joined = np.full(shape, IGNORED, dtype=parts[0].dtype)
    row = 0
    for part in parts:
        joined[row : row + len(part), : part.shape[1]] = part
        row += len(part)
    return joined
