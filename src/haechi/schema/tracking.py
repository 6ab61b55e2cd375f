"""The `tracking` group: where metrics, parameters and the model are kept beside the run's folder."""

from dataclasses import dataclass, field

from omegaconf import MISSING


@dataclass
class TrackingConfig:
    """Experiment tracking."""

    kind: str = MISSING
    """`mlflow` or `none`."""
    uri: str | None = None
    """Tracking server or database; MLFLOW_TRACKING_URI wins, null is outputs/mlflow.db."""
    experiment: str | None = None
    """Experiment's name; null is the task's."""
    run_name: str | None = None
    """Run's name; null is built from model, pooling and what was overridden."""
    tags: dict[str, str] = field(default_factory=lambda: {})
    """Tags of the run."""
    log_model: bool = True
    """Whether the fine-tuned model goes to the tracking server as well."""
