"""What a tracker is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

RunStatus = Literal["finished", "failed", "interrupted"]
"""How a run ended; FINISHED, FAILED and KILLED in MLflow."""


class Tracker(Protocol):
    """Keeps a run's parameters, metrics and files beside its folder; never raises, never makes a run wait.

    Order of calls: `start`, any of the `log_` ones, `finish`. The caller writes every point to the run's
    metrics.jsonl first, so that what does not reach a server is not lost.
    """

    @property
    def run_id(self) -> str | None:
        """The MLflow run's id once it is known, else None."""
        ...

    def start(self, params: Mapping[str, object], tags: Mapping[str, str]) -> None:
        """Begin the run; `params` is flat, under config keys (`trainer.learning_rate`)."""
        ...

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Keep tags that become known during the run."""
        ...

    def log_metrics(self, metrics: Mapping[str, float], step: int, time: float) -> None:
        """Keep a point; `time` in seconds since the epoch. NaN and infinities are kept, None is left out."""
        ...

    def log_files(self, paths: Sequence[Path], folder: str = "") -> None:
        """Keep files (or folders with what is in them) under `folder` of the run's artifacts.

        They are read later: they must stay where they are, as they are, until `finish` has returned.
        """
        ...

    def log_model(
        self,
        folder: Path,
        sample_input: Sequence[Mapping[str, object]],
        sample_output: Sequence[Mapping[str, object]],
    ) -> None:
        """Keep the fine-tuned model in `folder`, with a signature inferred from rows in and predictions out.

        The folder must stay as it is until `finish` has returned.
        """
        ...

    def finish(self, status: RunStatus) -> None:
        """End the run: hand over what is waiting, for a bounded time, then give up.

        A second call does nothing.
        """
        ...

    def trouble(self) -> str | None:
        """None, or one sentence: what did not reach the server and why."""
        ...

    def where(self) -> str:
        """One line for the run's summary: how to see the run."""
        ...
