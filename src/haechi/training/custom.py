"""Our own training loop. Read `Loop.run` first; it is what happens, in order.

Where Trainer does the same is said beside it by the name of its method.
"""

import logging
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor
from tqdm.auto import tqdm

from haechi import launch
from haechi.data.ahead import ahead
from haechi.data.split import IGNORED, EncodedSplit
from haechi.modeling.assemble import TextModel
from haechi.modeling.build import runs_on_cpu
from haechi.schema.trainer import Precision, Strategy
from haechi.training import checkpoint, processes
from haechi.training.checkpoint import State
from haechi.training.compilation import compile_layers
from haechi.training.evaluation import Evaluator
from haechi.training.interruption import Interrupted, Interruption
from haechi.training.loss import build_criterion
from haechi.training.memory import ERRORS, RowsAtOnce, guarded
from haechi.training.optimizer import build_optimizer, build_schedule, freeze
from haechi.training.pieces import build_pieces
from haechi.training.precision import resolve_precision
from haechi.training.setup import Batch, Outcome, Setup, check_finite, in_order, seed_pass

log = logging.getLogger(__name__)

BATCHES_AHEAD = 2
MOST_WAITED = 0.1
"""Share of the time that a model may wait for its input before that is said."""


class Loop:
    """One training."""

    def __init__(self, model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> None:
        """`splits` has `train` and `validation`."""
        config = self.config = setup.config
        self.setup = setup
        freeze(model, config.frozen_layers)
        precision = resolve_precision(config.precision)
        mixed = "no" if precision is Precision.float32 else precision.value
        log.info("precision: %s", precision.value)
        # Jobs of a sweep may share a process, and Accelerate keeps the first one's precision.
        AcceleratorState._reset_state(reset_partial_state=True)
        self.accelerator = Accelerator(mixed_precision=mixed, cpu=runs_on_cpu())
        processes.copy_weights(model)
        # For evaluation only Accelerate places a model and leaves it unwrapped: gradients are added up here.
        self.model = self.accelerator.prepare_model(model, evaluation_mode=True)
        self.optimizer: Any = self.accelerator.prepare_optimizer(build_optimizer(model, config))
        self.plain_model = model
        self.pieces = build_pieces(model, setup.task.objective, config)
        self.criterion = build_criterion(setup.task.objective, config, splits["train"], setup.labels)
        self.train_split = splits["train"]
        self.plan = setup.plan(self.train_split)
        self.train_loader = setup.loader(self.train_split, batch_sampler=self.plan)
        self.validation, self.validation_order = splits["validation"].by_length()
        self.steps_per_epoch = math.ceil(len(self.plan) / config.gradient_accumulation_steps)
        self.max_steps = setup.max_steps(self.plan)
        compile_layers(model, config.compile, self.max_steps)
        self.schedule = build_schedule(self.optimizer, config, self.max_steps)
        self.state = State()
        self.loss_sum = torch.zeros((), device=self.accelerator.device)
        self.rows = RowsAtOnce(config, training=True)
        self.waited = 0.0
        """Seconds in which the model had nothing to work on."""
        self.shown: dict[str, str] = {}
        self.best_outputs: tuple[int, np.ndarray] | None = None
        self.interruption = Interruption()
        self.evaluator = Evaluator(self.model, self.accelerator, setup, lambda: self.interruption.check())

    def run(self) -> Outcome:
        """Train from where the last checkpoint is, if one is wanted, to the end (Trainer.train)."""
        started = time.perf_counter()
        self._resume()
        bar = tqdm(
            total=self.max_steps, initial=self.state.step, mininterval=0.5, disable=not launch.is_first()
        )  # fmt: skip
        with Interruption() as self.interruption, bar as self.bar:
            try:
                self._go_on()
            except Interrupted:
                self._save()
        self._take_best()
        seconds = time.perf_counter() - started
        if self.waited > MOST_WAITED * seconds:
            log.warning(
                "the model waited for input in %.0f %% of the time: try trainer.dataloader_num_workers=%d",
                100 * self.waited / seconds, self.config.dataloader_num_workers + 2,
            )  # fmt: skip
        return self._outcome(seconds)

    def _go_on(self) -> None:
        """Steps and evaluations up to the end, or until a signal comes."""
        if self._is_due() and self.state.evaluated_step != self.state.step:
            # It was interrupted in the middle of an evaluation.
            self._evaluate_and_save()
        while self.state.step < self.max_steps and not self._has_stopped_early():
            for batches in self._steps_of_epoch(self.state.step // self.steps_per_epoch):
                self._step(batches)
                if self._is_due():
                    self._evaluate_and_save()
                if self.state.step >= self.max_steps or self._has_stopped_early():
                    break

    def _steps_of_epoch(self, epoch: int) -> Iterator[list[Batch]]:
        """The micro-batches of each optimizer step that is left of an epoch (Trainer.get_batch_samples)."""
        self.plan.set_epoch(epoch)
        size = self.config.gradient_accumulation_steps
        done = self.state.step % self.steps_per_epoch
        # On a CPU the thread that makes batches ready would take its time from the model.
        depth = 0 if runs_on_cpu() else BATCHES_AHEAD
        with closing(ahead(self.train_loader, depth)) as batches:
            for _ in islice(batches, done * size):
                pass
            while step := self._next_of(batches, size):
                yield step

    def _next_of(self, batches: Iterator[Batch], count: int) -> list[Batch]:
        """The next ones, and how long they were waited for."""
        started = time.perf_counter()
        found = list(islice(batches, count))
        self.waited += time.perf_counter() - started
        return found

    def _step(self, batches: list[Batch]) -> None:
        """Forward, backward, clip, update (Trainer.training_step and what follows it)."""
        self._heed()
        self.model.train()
        state, rate = self.state, float(self.schedule.get_last_lr()[0])
        total = self._gradients(batches)
        longest = self.config.max_grad_norm or math.inf
        norm = float(cast(Any, self.accelerator.clip_grad_norm_(self.model.parameters(), longest)))
        self._check(norm, rate)
        self.loss_sum += total
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        for piece in self.pieces:
            piece.after_step()
        state.step += 1
        state.epoch = self._epoch_after(state.step)
        self.bar.update()
        if state.step % self.config.logging_steps == 0:
            self._log(norm, rate)

    def _gradients(self, batches: list[Batch]) -> Tensor:
        """Gradients of a step, whose mean loss comes back; of several processes everyone's sum.

        Where memory does not suffice the step is begun again with half the rows at once; the loss is
        divided by the targets of the whole step, so nothing else changes.
        """
        own = sum(int((batch["labels"] != IGNORED).sum()) for batch in batches)
        targets = max(processes.total(own), 1)
        total = self._own_gradients(batches, targets)
        processes.add_up(self.plain_model, total)
        return total

    def _own_gradients(self, batches: list[Batch], targets: int) -> Tensor:
        """What this process's rows give."""
        while True:
            total = torch.zeros_like(self.loss_sum)
            parts = self.rows.cut(*batches)
            try:
                for number, batch in enumerate(map(self.evaluator.placed, parts)):
                    self.interruption.check()
                    seed_pass(self.setup.seed, self.state.step, number)
                    total += self._pass(batch, targets)
                    for piece in self.pieces:
                        piece.after_backward(lambda batch=batch: self._pass(batch, targets))
            except Interrupted:
                self.optimizer.zero_grad()
                raise
            except ERRORS as error:
                self.optimizer.zero_grad()
                self.rows.halve(error, parts)
            else:
                return total

    def _heed(self) -> None:
        """Leave here if a signal has come, to whichever process."""
        self.interruption.agree()
        self.interruption.check()

    def _epoch_after(self, step: int) -> float:
        """Epochs after so many optimizer steps; the last step of one may have fewer micro-batches."""
        before = (step - 1) // self.steps_per_epoch
        batches = (step - before * self.steps_per_epoch) * self.config.gradient_accumulation_steps
        return before + min(batches / len(self.plan), 1.0)

    def _check(self, norm: float, rate: float) -> None:
        """Leave here, before the weights change, if a signal has come or the gradients are none."""
        try:
            self.interruption.check()
        except Interrupted:
            self.optimizer.zero_grad()
            raise
        if self.accelerator.scaler is None:  # which leaves such steps out by itself
            step, size = self.state.step, self.config.gradient_accumulation_steps
            check_finite(
                norm, step, rate, self.train_split,
                lambda: self.plan.rows_of_step(step, size), self.setup.folder,
            )  # fmt: skip

    def _pass(self, batch: Batch, targets: int) -> Tensor:
        """One micro-batch forward and backward; its part of the step's mean loss (Trainer.compute_loss)."""
        with self.accelerator.autocast():
            logits = self.model(**batch)["logits"]
            loss = self.criterion(logits, batch["labels"])
            for piece in self.pieces:
                added = piece.loss(logits, batch["labels"], lambda: self.model(**batch)["logits"])
                loss = loss if added is None else loss + added
        loss = loss / targets
        self.accelerator.backward(loss)
        return loss.detach()

    def _log(self, norm: float, rate: float) -> None:
        """The mean loss of the steps since the last time (Trainer.log)."""
        steps = self.state.step - self.state.logged_step
        loss = float(self.loss_sum) / steps
        self.loss_sum.zero_()
        self.state.logged_step = self.state.step
        self.bar.set_postfix(self.shown | {"loss": f"{loss:.4f}"})
        self._hear({"train/loss": loss, "train/grad_norm": norm, "train/learning_rate": rate})

    def _hear(self, metrics: Mapping[str, float]) -> None:
        self.setup.on_metrics(metrics, self.state.step, self.state.epoch)

    def _is_due(self) -> bool:
        """Whether the validation rows are scored now (DefaultFlowCallback)."""
        step, last = self.state.step, self.state.step >= self.max_steps
        match self.config.eval_strategy:
            case Strategy.epoch:
                return last or step % self.steps_per_epoch == 0
            case Strategy.steps:
                return last or step % self.config.eval_steps == 0
            case Strategy.no:
                return False

    def _evaluate_and_save(self) -> None:
        """Score the validation rows, keep a checkpoint, clear old ones (Trainer._maybe_log_save_evaluate)."""
        self._heed()
        started, state = time.perf_counter(), self.state
        with self._evaluated_weights():
            outputs, loss = self.evaluator.score(self.validation)
        metrics = {"loss": loss, **self.setup.measure(outputs, self.validation)}
        seconds = time.perf_counter() - started
        metrics |= {"runtime": seconds, "samples_per_second": len(self.validation) / seconds}
        self._hear({f"validation/{name}": value for name, value in metrics.items()})
        value = metrics[self.setup.metric]
        state.evaluated_step = state.step
        state.worse_in_a_row += 1
        if self.setup.is_better(value, state.best_value):
            state.best_value, state.best_step, state.best_epoch = value, state.step, state.epoch
            state.worse_in_a_row = 0
            self.best_outputs = (state.step, outputs)
        self.shown = {self.setup.metric: f"{value:.4f}"}
        self.bar.set_postfix(self.shown)
        self._save()

    @contextmanager
    def _evaluated_weights(self) -> Iterator[None]:
        """Those that a piece wants evaluated, such as averages, for a while."""
        for piece in self.pieces:
            piece.swap()
        try:
            yield
        finally:
            for piece in self.pieces:
                piece.swap()

    def _has_stopped_early(self) -> bool:
        """Whether too many evaluations in a row found nothing better (EarlyStoppingCallback)."""
        patience = self.config.early_stopping_patience
        if self.setup.is_hopeless():
            return True
        return bool(patience) and self.state.worse_in_a_row >= patience

    def _save(self) -> None:
        """Keep a checkpoint: the first process writes it, and the others wait, as they may read it later."""
        if launch.is_first():
            self._write_checkpoint()
        processes.wait()

    def _write_checkpoint(self) -> None:
        parts = {
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "pieces": [piece.state_dict() for piece in self.pieces],
        }
        folder = self.setup.folder
        self.state.loss_sum = float(self.loss_sum)
        try:
            checkpoint.write_checkpoint(folder, self.state, self.plain_model, parts)
        except OSError as error:
            # The training is worth more than this checkpoint; an older one is still whole.
            log.warning("no checkpoint at step %d: %s", self.state.step, error)
            return
        checkpoint.clear_old(folder, self.config.save_total_limit, self.state.best_step)

    def _resume(self) -> None:
        """Go on from a checkpoint (Trainer._load_from_checkpoint); order and dropout follow from the step."""
        path = checkpoint.to_resume(self.config.resume, self.setup.folder)
        if path is None:
            return
        self.state = checkpoint.read_state(path)
        processes.check_count(self.state.processes, path)
        self.loss_sum.fill_(self.state.loss_sum)
        self._load(path)

    def _load(self, path: Path) -> None:
        checkpoint.load_weights(path, self.plain_model)
        parts = checkpoint.load_optimizer(path)
        self.optimizer.load_state_dict(parts["optimizer"])
        self.schedule.load_state_dict(parts["schedule"])
        for piece, state in zip(self.pieces, parts["pieces"], strict=True):
            piece.load_state_dict(state)

    def _take_best(self) -> None:
        """End with the best weights, those that were evaluated (Trainer._load_best_model)."""
        best = self.state.best_step
        if self.config.load_best_model_at_end and best is not None and best != self.state.step:
            path = checkpoint.checkpoint_folder(self.setup.folder, best)
            if path.is_dir():
                self._load(path)
            else:
                log.warning("the best weights, of step %d, could not be kept: these are the last", best)
                self.best_outputs = None
        for piece in self.pieces:
            piece.swap()

    def predict(self, split: EncodedSplit) -> np.ndarray:
        """Outputs of a split by the weights as they are, in the split's order."""
        ordered, order = split.by_length()
        found, _ = self.evaluator.score(ordered)
        return in_order(found, order)

    def _outcome(self, seconds: float) -> Outcome:
        state = self.state
        step, outputs = self.best_outputs or (None, None)
        kept = outputs is not None and step == state.best_step and self.config.load_best_model_at_end
        best = {
            "metric": f"validation/{self.setup.metric}",
            "value": state.best_value,
            "step": state.best_step or state.step,
            "epoch": state.best_epoch,
        }
        return Outcome(
            best, state.step, state.epoch, seconds, self.predict,
            in_order(cast(np.ndarray, outputs), self.validation_order) if kept else None,
        )  # fmt: skip


@guarded()
def train(model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> Outcome:
    """Fine-tune; the model holds the best weights afterwards.

    Args:
        model: encoder, pooling and head.
        splits: `train` and `validation`.
        setup: everything else.
    """
    return Loop(model, splits, setup).run()
