"""Trainer's checkpoints where a disk may take no more."""

import logging
import shutil
from pathlib import Path
from typing import Any

from torch import nn
from transformers import Trainer

from haechi import launch
from haechi.modeling.writing import one_kind_of_error
from haechi.training import processes
from haechi.training.checkpoint import checkpoint_folder, clear_old, flush, is_whole, put_aside, put_back
from haechi.training.setup import Setup

log = logging.getLogger(__name__)


class KeptCheckpoints(Trainer):
    """A Trainer that goes on without a checkpoint that could not be written."""

    setup: Setup
    _unwritten: Exception | None = None
    """Why the weights of a checkpoint could not be written."""

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        """As the default; besides, a disk that takes no more costs this checkpoint and nothing else.

        The default ends the run by it, leaves half a checkpoint behind, writes over one of the same step, and
        removes older ones before the new one is on the disk.
        """
        folder, state = self.setup.folder, self.state
        final = checkpoint_folder(folder, state.global_step)
        if launch.is_first():
            put_aside(final)
        processes.wait()
        unwritten: OSError | None = None
        try:
            with one_kind_of_error(folder):
                super()._save_checkpoint(model, trial)
                flush(final)
        except OSError as error:
            unwritten = error
        failed = processes.largest(int(unwritten is not None))
        if launch.is_first():
            if failed:
                shutil.rmtree(final, ignore_errors=True)
            put_back(folder)
            if not failed:
                # Once it is on the disk, and not before as the default does.
                clear_old(folder, self.setup.config.save_total_limit, state.best_global_step)
        processes.wait()
        if not failed:
            return
        # The training is worth more than this checkpoint; an older one is still whole.
        log.warning("no checkpoint at step %d: %s", state.global_step, unwritten or "of another process")
        best = Path(state.best_model_checkpoint or folder)
        if not is_whole(best) or best.name != checkpoint_folder(folder, state.best_global_step or 0).name:
            state.best_model_checkpoint = None

    def save_model(self, *args: Any, **kwargs: Any) -> None:
        """As the default; what cannot be written is said once the others have been met, of whom the first
        process alone writes."""
        try:
            super().save_model(*args, **kwargs)
        except Exception as error:
            self._unwritten = error

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        """As the default, if there are weights to go with them."""
        error, self._unwritten = self._unwritten, None
        if error is not None:
            raise error
        super()._save_optimizer_and_scheduler(output_dir)

    @property
    def has_best_weights(self) -> bool:
        """Whether the model, once trained, has the weights of the best evaluation."""
        state = self.state
        if not self.args.load_best_model_at_end:
            return False
        return state.best_global_step == state.global_step or state.best_model_checkpoint is not None
