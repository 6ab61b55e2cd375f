"""The progress bar of a training."""

from typing import Any

from transformers import ProgressCallback, TrainerCallback

from haechi.training.setup import Setup

SHORT_EVALUATION_BATCHES = 20


class EndIfHopeless(TrainerCallback):
    """Ends a training after an evaluation that leaves it without hope, as a search sees it."""

    def __init__(self, setup: Setup) -> None:
        """`setup` knows whether it is so."""
        self.setup = setup

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Ask for the end."""
        if self.setup.is_hopeless():
            control.should_training_stop = True


class Progress(ProgressCallback):
    """Trainer's progress bar, with the newest metrics beside it instead of a dict a line."""

    def __init__(self, metric: str) -> None:
        """`metric` is the validation metric to show."""
        super().__init__()
        self.metric = metric

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
            for name in ("loss", f"eval_{self.metric}")
            if name in logs
        }
        self.training_bar.set_postfix(shown)
