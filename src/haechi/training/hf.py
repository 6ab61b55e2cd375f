"""transformers' Trainer, with the methods overridden that general tasks need to differ."""

import logging
import time
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from accelerate.data_loader import prepare_data_loader
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler
from transformers import EarlyStoppingCallback, EvalPrediction, ProgressCallback, TrainerCallback
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import EvalLoopOutput

from haechi.data.collate import Collator
from haechi.data.split import EncodedSplit
from haechi.modeling.assemble import TextModel
from haechi.schema.task import Objective
from haechi.schema.trainer import Strategy
from haechi.training import processes
from haechi.training.arguments import training_arguments
from haechi.training.checkpoint import to_resume
from haechi.training.compilation import compile_layers
from haechi.training.hf_checkpoints import KeptCheckpoints
from haechi.training.hf_passes import DividedPasses
from haechi.training.interruption import Interrupted, Interruption
from haechi.training.loss import Criterion, build_criterion, summed_loss
from haechi.training.memory import guarded
from haechi.training.optimizer import build_optimizer, freeze
from haechi.training.progress import EndIfHopeless, Progress
from haechi.training.setup import Outcome, Setup, as_outputs, check_finite, in_order

log = logging.getLogger(__name__)

SPLIT_PREFIXES = {"eval": "validation", "test": "test"}
# What Trainer measures of its own speed; kept, under the split's name.
RENAMED = {"loss": "train/loss", "learning_rate": "train/learning_rate", "grad_norm": "train/grad_norm"}


class HaechiTrainer(KeptCheckpoints, DividedPasses):
    """A Trainer whose loss, sampling, metric names and progress are Haechi's."""

    # The loss that compute_loss returns is a mean over all targets of the optimizer step already.
    loss_is_scaled_for_ga = True

    def __init__(self, *args: Any, setup: Setup, criterion: Criterion, **kwargs: Any) -> None:
        """Besides Trainer's own arguments: what the training is given, and its loss."""
        self.criterion = criterion
        if setup.task.objective is Objective.token_classification:
            # The best tag of each token is all that is scored, and a thirteenth of what the logits take.
            kwargs["preprocess_logits_for_metrics"] = lambda logits, targets: logits.argmax(dim=-1)
        super().__init__(*args, setup=setup, **kwargs, compute_metrics=self._metrics)
        self.best_outputs: tuple[int, np.ndarray] | None = None
        """Step and validation outputs of the best evaluation since training began or was resumed."""
        self._best_value: float | None = None
        self._evaluated: EncodedSplit | None = None
        self._targets_per_item = 1.0
        self.interruption = Interruption()
        self.plan = setup.plan(cast(EncodedSplit, self.train_dataset))
        # Makes Trainer count the targets of each optimizer step, which compute_loss divides by.
        self.model_accepts_loss_kwargs = True
        for callback in (ProgressCallback, PrinterCallback):
            self.remove_callback(callback)
        self.add_callback(Progress(setup.metric))
        self.add_callback(EndIfHopeless(setup))
        if setup.config.early_stopping_patience:
            self.add_callback(EarlyStoppingCallback(setup.config.early_stopping_patience))

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Replaces the optimizer by one whose layers may learn at rates of their own.

        The default has two groups, with and without decay, and no notion of layers.
        """
        if self.optimizer is None:
            self.optimizer = build_optimizer(cast(TextModel, self.model), self.setup.config)
        return self.optimizer

    def _get_grad_norm(self, model: nn.Module, grad_norm: Any = None) -> float:
        """As the default; besides, what is not finite ends the training.

        The default leaves NaN out of the logged loss and trains on with weights that are NaN.
        """
        norm = float(cast(Any, super()._get_grad_norm(model, grad_norm=grad_norm)))
        if self.accelerator.scaler is None:
            step, size = self.state.global_step, self.args.gradient_accumulation_steps
            check_finite(
                norm, step, self._get_learning_rate(), cast(EncodedSplit, self.train_dataset),
                lambda: self.plan.rows_of_step(step, size), self.setup.folder,
            )  # fmt: skip
        return norm

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
        objective = self.setup.task.objective
        if model.training:
            total = self.criterion(outputs["logits"], labels)
        else:
            total = summed_loss(objective, outputs["logits"], labels)
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

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Replaces the loader by one of planned batches, which seed and epoch alone decide about.

        The default leaves batches sorted by length within stretches of 50, reads every row to measure
        it, and draws from the global generator, so that whatever drew before changes the order.
        """
        split = cast(EncodedSplit, self.train_dataset)
        # As one process of one: the plan deals rows out itself, Accelerate would deal its batches out again.
        return prepare_data_loader(
            self.setup.loader(split, batch_sampler=self.plan), self.accelerator.device,
            num_processes=1, process_index=0, put_on_device=True, non_blocking=True,
        )  # fmt: skip

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
            self.setup.on_metrics(kept, self.state.global_step, float(self.state.epoch or 0.0))

    def _metrics(self, prediction: EvalPrediction) -> dict[str, float]:
        """Metrics of an evaluation; the outputs of the best one are kept, so that it is not run again."""
        assert self._evaluated is not None
        outputs = as_outputs(prediction.predictions)
        found = self.setup.measure(outputs, self._evaluated)
        value = found.get(self.setup.metric)
        if self.is_in_train and value is not None and self.setup.is_better(value, self._best_value):
            self._best_value, self.best_outputs = value, (self.state.global_step, outputs)
        return found


class Obedience(TrainerCallback):
    """Ends a training where a signal has come, with a checkpoint of the last whole step.

    Also makes up for an evaluation that a signal broke off: Trainer goes on with the next epoch.
    """

    def __init__(self, trainer: HaechiTrainer, interruption: Interruption) -> None:
        """The trainer and the signals that it obeys."""
        self.trainer = trainer
        self.interruption = trainer.interruption = interruption

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Score the validation rows if that was due at the checkpoint and has not been done."""
        plan, step = self.trainer.plan, state.global_step
        steps_per_epoch = -(-len(plan) // args.gradient_accumulation_steps)
        every = {Strategy.epoch: steps_per_epoch, Strategy.steps: args.eval_steps}
        due = every.get(self.trainer.setup.config.eval_strategy)
        done = any(entry.get("step") == step and "eval_loss" in entry for entry in state.log_history)
        if step and due and (step % int(due) == 0 or step >= state.max_steps) and not done:
            metrics = self.trainer._evaluate(None, None)
            self.trainer._determine_best_metric(metrics, None)
            self.trainer._save_checkpoint(cast(nn.Module, self.trainer.model), trial=None)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """After a whole step."""
        self.interruption.agree()
        self.interruption.check()

    def on_prediction_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """In an evaluation."""
        self.interruption.check()


def _full_name(name: str) -> str | None:
    """`eval_macro_f1` -> `validation/macro_f1`; None for what is no metric of a split."""
    if name in RENAMED:
        return RENAMED[name]
    prefix, _, rest = name.partition("_")
    if prefix in SPLIT_PREFIXES and rest not in {"model_preparation_time", "steps_per_second"}:
        return f"{SPLIT_PREFIXES[prefix]}/{rest}"
    return None


@guarded()
def train(model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> Outcome:
    """Fine-tune; the model holds the best weights afterwards.

    Args:
        model: encoder, pooling and head.
        splits: `train` and `validation`.
        setup: everything else.
    """
    started = time.perf_counter()
    config, objective = setup.config, setup.task.objective
    freeze(model, config.frozen_layers)
    validation, order = splits["validation"].by_length()
    trainer = HaechiTrainer(
        model=model,
        args=training_arguments(config, setup.metric, setup.seed, setup.folder),
        data_collator=Collator(setup.pad_token_id),
        train_dataset=splits["train"],
        eval_dataset=validation,
        setup=setup,
        criterion=build_criterion(objective, config, splits["train"], setup.labels),
    )
    compile_layers(model, config.compile, setup.max_steps(trainer.plan))
    path = to_resume(config.resume, setup.folder)
    if path is not None:
        # Trainer keeps the state of every process's generator in a file of its own.
        processes.check_count(len(list(path.glob("rng_state*.pth"))), path)
    with Interruption() as interruption:
        trainer.add_callback(Obedience(trainer, interruption))
        try:
            trainer.train(resume_from_checkpoint=None if path is None else str(path))
        except Interrupted:
            trainer._save_checkpoint(model, trial=None)
    state = trainer.state
    best = {
        "metric": f"validation/{setup.metric}",
        "value": state.best_metric,
        "step": state.best_global_step or state.global_step,
        "epoch": _epoch_of(state),
    }
    # A run that was resumed may have had its best step before, and those outputs are not here.
    step, outputs = trainer.best_outputs or (None, None)
    kept = trainer.has_best_weights and step == state.best_global_step
    if config.load_best_model_at_end and state.best_global_step and not trainer.has_best_weights:
        log.warning(
            "the best weights, of step %d, could not be kept: these are the last", state.best_global_step
        )
    return Outcome(
        best, state.global_step, float(state.epoch or 0.0), time.perf_counter() - started,
        lambda split: _predict(trainer, split),
        in_order(outputs, order) if outputs is not None and kept else None,
    )  # fmt: skip


def _predict(trainer: HaechiTrainer, split: EncodedSplit) -> np.ndarray:
    """Outputs of a split in its order."""
    ordered, order = split.by_length()
    found = trainer.predict(cast(Any, ordered), metric_key_prefix="unnamed").predictions
    return in_order(as_outputs(found), order)


def _epoch_of(state: Any) -> float | None:
    """Epoch of the best step."""
    step = state.best_global_step or state.global_step
    return next((entry["epoch"] for entry in state.log_history if entry.get("step") == step), None)
