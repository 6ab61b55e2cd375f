"""A split through the model (what Trainer.evaluation_loop does)."""

from collections.abc import Callable

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from haechi.data.split import IGNORED, EncodedSplit
from haechi.schema.task import Objective
from haechi.training.loss import summed_loss
from haechi.training.setup import Batch, Setup, as_outputs


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

    def placed(self, batch: Batch) -> Batch:
        """A batch where the model is."""
        return {name: tensor.to(self.accelerator.device, non_blocking=True) for name, tensor in batch.items()}

    def score(self, split: EncodedSplit) -> tuple[np.ndarray, float]:
        """Outputs in the order of the items, and the mean loss over the split's targets.

        The loss is the plain one: smoothing and weights are of the training.
        """
        self.model.eval()
        found: list[np.ndarray] = []
        total, targets = 0.0, 0
        objective = self.setup.task.objective
        loader = self.setup.loader(split, batch_size=self.setup.config.per_device_eval_batch_size)
        with torch.inference_mode():
            for batch in map(self.placed, loader):
                self.before_batch()
                with self.accelerator.autocast():
                    logits = self.model(**batch)["logits"]
                if "labels" in batch:
                    total += float(summed_loss(objective, logits, batch["labels"]))
                    targets += int((batch["labels"] != IGNORED).sum())
                # The best tag of each token is all that is scored, and a thirteenth of what the logits take.
                kept = logits.argmax(-1) if objective is Objective.token_classification else logits.float()
                found.append(kept.cpu().numpy())
        return as_outputs(_joined(found)), total / max(targets, 1)


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
