"""transformers' Trainer, with the methods overridden that general tasks need to differ."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Sampler
from transformers import EvalPrediction, ProgressCallback, Trainer, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from haechi.data.batches import LengthBucketSampler
from haechi.data.collate import Collator
from haechi.data.encode import EncodedSplit
from haechi.schema.metric import LOWER_IS_BETTER, chosen_metric
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Precision, Sampling, Strategy, TrainerConfig
from haechi.training.loss import summed_loss
from haechi.training.metrics import compute_metrics
from haechi.training.precision import resolve_precision

log = logging.getLogger(__name__)

OnMetrics = Callable[[Mapping[str, float], int, float], None]
"""Called with metrics under their full names, the optimizer step and the epoch."""

SHORT_EVALUATION_BATCHES = 20
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

    # The loss that compute_loss returns is a mean over all rows of the optimizer step already.
    loss_is_scaled_for_ga = True

    def __init__(
        self,
        *args: Any,
        objective: Objective,
        metric: str,
        labels: Sequence[str] | None,
        on_metrics: OnMetrics,
        **kwargs: Any,
    ) -> None:
        """Besides Trainer's own arguments: objective, metric, class names, and who hears of metrics."""
        super().__init__(*args, **kwargs, compute_metrics=self._metrics)
        self.objective = objective
        self.labels = labels
        self.on_metrics = on_metrics
        self.metric = metric
        self.best_outputs: tuple[int, np.ndarray] | None = None
        """Step and validation outputs of the best evaluation since training began or was resumed."""
        self._best_value: float | None = None
        # Makes Trainer count the rows of each optimizer step, which compute_loss divides by.
        self.model_accepts_loss_kwargs = True
        for callback in (ProgressCallback, PrinterCallback):
            self.remove_callback(callback)
        self.add_callback(Progress())

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
        times too large. Here the sum over rows is divided by the rows of the whole step.
        """
        outputs = model(**inputs)
        smoothing = self.args.label_smoothing_factor if model.training else 0.0
        total = summed_loss(self.objective, outputs["logits"], inputs["labels"], smoothing)
        loss = total / (len(inputs["labels"]) if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss

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
        outputs = np.asarray(prediction.predictions, dtype=np.float32)
        found = compute_metrics(self.objective, outputs, np.asarray(prediction.label_ids), self.labels)
        value = found.get(self.metric)
        if self.is_in_train and value is not None:
            value = -value if self.metric in LOWER_IS_BETTER else value
            if self._best_value is None or value > self._best_value:
                self._best_value, self.best_outputs = value, (self.state.global_step, outputs)
        return found


def _full_name(name: str) -> str | None:
    """`eval_macro_f1` -> `validation/macro_f1`; None for what is no metric of a split."""
    if name in RENAMED:
        return RENAMED[name]
    prefix, _, rest = name.partition("_")
    if prefix in SPLIT_PREFIXES and rest not in {"model_preparation_time", "steps_per_second"}:
        return f"{SPLIT_PREFIXES[prefix]}/{rest}"
    return None


class Progress(ProgressCallback):
    """Trainer's progress bar, with the newest metrics beside it instead of a dict a line."""

    def on_prediction_step(
        self, args: Any, state: Any, control: Any, eval_dataloader: Any = None, **kwargs: Any
    ) -> None:
        """A second bar only for evaluations that take a while."""
        if eval_dataloader is not None and len(eval_dataloader) > SHORT_EVALUATION_BATCHES:
            super().on_prediction_step(args, state, control, eval_dataloader=eval_dataloader, **kwargs)

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Show loss and validation metric at the bar's end."""
        if not state.is_world_process_zero or self.training_bar is None or not logs:
            return
        shown = {
            name.removeprefix("eval_"): f"{logs[name]:.4f}"
            for name in ("loss", "eval_macro_f1", "eval_accuracy", "eval_pearsonr")
            if name in logs
        }
        self.training_bar.set_postfix(shown)


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
        labels: class names in the order of the logits; None for a regression.
        seed: seed of order and dropout.
        pad_token_id: id that fills rows up.
        folder: where checkpoints go.
        on_metrics: hears of every logged metric.
    """
    metric = chosen_metric(task)
    validation, _ = splits["validation"].by_length()
    trainer = HaechiTrainer(
        model=model,
        args=_arguments(config, metric, seed, folder),
        data_collator=Collator(pad_token_id),
        train_dataset=splits["train"],
        eval_dataset=validation,
        objective=task.objective,
        metric=metric,
        labels=labels,
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
    """Logits (rows, classes) or scores (rows, 1) of a split by the best weights, in the split's order."""
    ordered, order = split.by_length()
    # A run that was resumed may have had its best step before, and those outputs are not here.
    step, found = trainer.best_outputs or (None, None)
    kept = is_validation and trainer.args.load_best_model_at_end and step == trainer.state.best_global_step
    if found is None or not kept:
        answer = trainer.predict(ordered, metric_key_prefix="unnamed").predictions
        found = np.asarray(answer, dtype=np.float32)
    outputs = np.empty_like(found)
    outputs[order] = found
    return outputs


def _arguments(config: TrainerConfig, metric: str, seed: int, folder: Path) -> TrainingArguments:
    precision = resolve_precision(config.precision)
    evaluates = config.eval_strategy is not Strategy.no
    log.info("precision: %s", precision.value)
    return TrainingArguments(
        output_dir=str(folder),
        learning_rate=config.learning_rate,
        num_train_epochs=config.num_train_epochs,
        max_steps=config.max_steps,
        per_device_train_batch_size=config.per_device_train_batch_size,
        per_device_eval_batch_size=config.per_device_eval_batch_size,
        gradient_accumulation_steps=config.gradient_accumulation_steps,
        warmup_steps=config.warmup_steps,
        lr_scheduler_type=config.lr_scheduler_type.value,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        label_smoothing_factor=config.label_smoothing_factor,
        train_sampling_strategy=config.train_sampling_strategy.value,
        bf16=precision is Precision.bf16,
        fp16=precision is Precision.fp16,
        use_cpu=not torch.cuda.is_available() and not torch.backends.mps.is_available(),
        eval_strategy=config.eval_strategy.value,
        eval_steps=config.eval_steps,
        save_strategy=config.eval_strategy.value,
        save_steps=config.eval_steps,
        save_total_limit=config.save_total_limit,
        load_best_model_at_end=evaluates and config.load_best_model_at_end,
        metric_for_best_model=f"eval_{metric}" if evaluates else None,
        greater_is_better=metric not in LOWER_IS_BETTER if evaluates else None,
        logging_steps=config.logging_steps,
        logging_nan_inf_filter=False,
        dataloader_num_workers=config.dataloader_num_workers,
        # Pinning speeds up copies to a GPU; without one it only warns.
        dataloader_pin_memory=torch.cuda.is_available(),
        # The collator's columns are the model's arguments by construction.
        remove_unused_columns=False,
        label_names=["labels"],
        seed=seed,
        report_to="none",
    )


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
