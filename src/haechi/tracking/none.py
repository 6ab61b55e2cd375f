"""tracking=none: the run's folder is all there is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from haechi.tracking.tracker import RunStatus


class NoTracker:
    """Keeps nothing beside the run's folder."""

    @property
    def run_id(self) -> str | None:
        """None: there is no MLflow run."""
        return None

    def start(self, params: Mapping[str, object], tags: Mapping[str, str]) -> None:
        """Do nothing."""

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Do nothing."""

    def log_metrics(self, metrics: Mapping[str, float], step: int, time: float) -> None:
        """Do nothing."""

    def log_files(self, paths: Sequence[Path], folder: str = "") -> None:
        """Do nothing."""

    def log_model(
        self,
        folder: Path,
        sample_input: Sequence[Mapping[str, object]],
        sample_output: Sequence[Mapping[str, object]],
    ) -> None:
        """Do nothing."""

    def finish(self, status: RunStatus) -> None:
        """Do nothing."""

    def trouble(self) -> str | None:
        """None: nothing was to reach a server."""
        return None

    def where(self) -> str:
        """One line for the run's summary."""
        return "not tracked (tracking=none); metrics.jsonl in the run's folder has every point"
