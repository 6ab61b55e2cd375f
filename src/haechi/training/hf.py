"""transformers' Trainer, with the methods overridden that general tasks need to differ."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Sampler
from transformers import EvalPrediction, ProgressCallback, Trainer
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import EvalLoopOutput

from haechi.data.batches import LengthBucketSampler
from haechi.data.collate import Collator
from haechi.data.split import EncodedSplit
from haechi.schema.metric import LOWER_IS_BETTER, chosen_metric
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Sampling, TrainerConfig
from haechi.training.arguments import training_arguments
from haechi.training.loss import summed_loss
from haechi.training.metrics import compute_metrics
from haechi.training.progress import Progress

OnMetrics = Callable[[Mapping[str, float], int, float], None]
"""Called with metrics under their full names, the optimizer step and the epoch."""

SPLIT_PREFIXES = {"eval": "validation", "test": "test"}
# What Trainer measures of its own speed; kept, under the split's name.
RENAMED = {"loss": "train/loss", "learning_rate": "train/learning_rate", "grad_norm": "train/grad_norm"}


@dataclass(frozen=True)
class Outcome:
    """What training gives."""

    best: dict[str, Any]
    """Metric, value, step and epoch of the best checkpoint."""
    steps: int
    seconds: float
    """Seconds of training, evaluations included."""


class HaechiTrainer(Trainer):
    """A Trainer whose loss, sampling, metric names and progress are Haechi's."""

    # The loss that compute_loss returns is a mean over all targets of the optimizer step already.
    loss_is_scaled_for_ga = True

    def __init__(
        self,
        *args: Any,
        objective: Objective,
        metric: str,
        labels: Sequence[str] | None,
        positive_from: float | None,
        on_metrics: OnMetrics,
        **kwargs: Any,
    ) -> None:
        """Besides Trainer's own arguments: objective, metric, class names, the threshold of scores, and who
        hears of metrics."""
        if objective is Objective.token_classification:
            # The best tag of each token is all that is scored, and a thirteenth of what the logits take.
            kwargs["preprocess_logits_for_metrics"] = lambda logits, targets: logits.argmax(dim=-1)
        super().__init__(*args, **kwargs, compute_metrics=self._metrics)
        self.objective = objective
        self.labels = labels
        self.positive_from = positive_from
        self.on_metrics = on_metrics
        self.metric = metric
        self.best_outputs: tuple[int, np.ndarray] | None = None
        """Step and validation outputs of the best evaluation since training began or was resumed."""
        self._best_value: float | None = None
        self._evaluated: EncodedSplit | None = None
        self._targets_per_item = 1.0
        # Makes Trainer count the targets of each optimizer step, which compute_loss divides by.
        self.model_accepts_loss_kwargs = True
        for callback in (ProgressCallback, PrinterCallback):
            self.remove_callback(callback)
        self.add_callback(Progress(metric))

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Replaces the loss that the model would return.

        The default takes the model's own loss, which the stock classification heads average over each
        micro-batch and Trainer then does not divide: with 4 accumulation steps loss and gradient are 4
        times too large. Here the sum over targets is divided by the targets of the whole step: rows, for
        tags the tokens that have one, for spans starts and ends. In an evaluation it is divided by the
        targets that so many rows of the split have on average, so that Trainer's average over rows is the
        mean over all targets of the split.
        """
        labels = inputs["labels"]
        outputs = model(**inputs)
        smoothing = self.args.label_smoothing_factor if model.training else 0.0
        total = summed_loss(self.objective, outputs["logits"], labels, smoothing)
        if model.training and num_items_in_batch is not None:
            # A step may be without any target, where nothing of its texts reached the model.
            loss = total / torch.as_tensor(num_items_in_batch).clamp(min=1)
        else:
            loss = total / (len(labels) * self._targets_per_item)
        return (loss, outputs) if return_outputs else loss

    def evaluation_loop(self, dataloader: Any, *args: Any, **kwargs: Any) -> EvalLoopOutput:
        """As the default; besides, losses and metrics learn which split it is."""
        self._evaluated = cast(EncodedSplit, dataloader.dataset)
        self._targets_per_item = self._evaluated.targets_per_item
        return super().evaluation_loop(dataloader, *args, **kwargs)

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int] | None:
        """Replaces the sampler by one whose batches come in random order, from a generator of its own.

        The default leaves batches sorted by length within stretches of 50, reads every row to measure
        it, and draws from the global generator, so that whatever drew before changes the order.
        """
        dataset = cast(EncodedSplit, self.train_dataset if train_dataset is None else train_dataset)
        generator = torch.Generator().manual_seed(self.args.seed)
        if self.args.train_sampling_strategy != Sampling.group_by_length.value:
            return torch.utils.data.RandomSampler(dataset, generator=generator)
        return LengthBucketSampler(dataset.lengths, self.args.train_batch_size, generator)

    def _get_eval_sampler(self, eval_dataset: Any) -> Sampler[int]:
        """Replaces the evaluation order by the given one.

        The default groups by length in a random order when training does, so predictions come back in
        an order that nobody knows. Here splits are sorted before, and sorted back after.
        """
        return torch.utils.data.SequentialSampler(eval_dataset)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Replaces the names of metrics, and tells the caller besides the callbacks.

        The default calls them `eval_macro_f1` and leaves them to callbacks; the MLflow callback folds
        Hangul names into one another. Here they are `validation/macro_f1`.
        """
        super().log(logs, start_time)
        named = {_full_name(name): value for name, value in logs.items() if name != "epoch"}
        kept = {name: float(value) for name, value in named.items() if name is not None}
        if kept:
            self.on_metrics(kept, self.state.global_step, float(self.state.epoch or 0.0))

    def _metrics(self, prediction: EvalPrediction) -> dict[str, float]:
        """Metrics of an evaluation; the outputs of the best one are kept, so that it is not run again."""
        assert self._evaluated is not None
        outputs = _as_array(prediction.predictions)
        found = compute_metrics(self.objective, outputs, self._evaluated, self.labels, self.positive_from)
        value = found.get(self.metric)
        if self.is_in_train and value is not None:
            value = -value if self.metric in LOWER_IS_BETTER else value
            if self._best_value is None or value > self._best_value:
                self._best_value, self.best_outputs = value, (self.state.global_step, outputs)
        return found


def _as_array(predictions: Any) -> np.ndarray:
    """Outputs in float32, or ids of tags."""
    found = np.asarray(predictions)
    return found if np.issubdtype(found.dtype, np.integer) else found.astype(np.float32, copy=False)


def _full_name(name: str) -> str | None:
    """`eval_macro_f1` -> `validation/macro_f1`; None for what is no metric of a split."""
    if name in RENAMED:
        return RENAMED[name]
    prefix, _, rest = name.partition("_")
    if prefix in SPLIT_PREFIXES and rest not in {"model_preparation_time", "steps_per_second"}:
        return f"{SPLIT_PREFIXES[prefix]}/{rest}"
    return None


def train(
    model: nn.Module,
    splits: Mapping[str, EncodedSplit],
    *,
    task: TaskConfig,
    config: TrainerConfig,
    labels: Sequence[str] | None,
    seed: int,
    pad_token_id: int,
    folder: Path,
    on_metrics: OnMetrics,
) -> tuple[HaechiTrainer, Outcome]:
    """Fine-tune; the model holds the best weights afterwards.

    Args:
        model: encoder, pooling and head.
        splits: `train` and `validation`.
        task: objective and metric.
        config: hyperparameters.
        labels: names in the order of the head's outputs; None for a regression and for spans.
        seed: seed of order and dropout.
        pad_token_id: id that fills rows up.
        folder: where checkpoints go.
        on_metrics: hears of every logged metric.
    """
    metric = chosen_metric(task)
    validation, _ = splits["validation"].by_length()
    trainer = HaechiTrainer(
        model=model,
        args=training_arguments(config, metric, seed, folder),
        data_collator=Collator(pad_token_id),
        train_dataset=splits["train"],
        eval_dataset=validation,
        objective=task.objective,
        metric=metric,
        labels=labels,
        positive_from=task.positive_from,
        on_metrics=on_metrics,
    )
    started = time.perf_counter()
    trainer.train(resume_from_checkpoint=_checkpoint(config.resume, folder))
    state = trainer.state
    best = {
        "metric": f"validation/{metric}",
        "value": state.best_metric,
        "step": state.best_global_step or state.global_step,
        "epoch": _epoch_of(state),
    }
    return trainer, Outcome(best, state.global_step, time.perf_counter() - started)


def predict(trainer: HaechiTrainer, split: EncodedSplit, *, is_validation: bool) -> np.ndarray:
    """Outputs of a split by the best weights, in the split's order, as `compute_metrics` reads them."""
    ordered, order = split.by_length()
    # A run that was resumed may have had its best step before, and those outputs are not here.
    step, found = trainer.best_outputs or (None, None)
    kept = is_validation and trainer.args.load_best_model_at_end and step == trainer.state.best_global_step
    if found is None or not kept:
        found = _as_array(trainer.predict(cast(Any, ordered), metric_key_prefix="unnamed").predictions)
    outputs = np.empty_like(found)
    outputs[order] = found
    return outputs


def _checkpoint(resume: str | None, folder: Path) -> str | None:
    """The checkpoint to go on from; None starts afresh."""
    if resume is None:
        return None
    if resume != "auto":
        return resume
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    return str(found[-1]) if found else None


def _epoch_of(state: Any) -> float | None:
    """Epoch of the best step."""
    step = state.best_global_step or state.global_step
    return next((entry["epoch"] for entry in state.log_history if entry.get("step") == step), None)
