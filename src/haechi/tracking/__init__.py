"""Tracking: a run's parameters, metrics, files and model in MLflow, without ever stopping the run."""

from haechi.schema.tracking import TrackingConfig
from haechi.tracking.address import tracking_uri
from haechi.tracking.memory import RunMemory
from haechi.tracking.mlflow import MlflowTracker
from haechi.tracking.none import NoTracker
from haechi.tracking.tracker import RunStatus, Tracker

__all__ = ["RunMemory", "RunStatus", "Tracker", "build_tracker"]


def build_tracker(
    config: TrackingConfig,
    experiment: str,
    run_name: str,
    env_uri: str | None,
    memory: RunMemory | None = None,
    parent: RunMemory | None = None,
) -> Tracker:
    """The tracker that `config.kind` names.

    `experiment` and `run_name` are for where the config has none; `env_uri` is MLFLOW_TRACKING_URI, which
    wins over `config.uri`; `memory` keeps the id of the MLflow run, `parent` that of the sweep which the run
    is a job of. Raises ValueError for an unknown kind.
    """
    match config.kind:
        case "mlflow":
            return MlflowTracker(
                uri=tracking_uri(config.uri, env_uri),
                experiment=config.experiment or experiment,
                run_name=config.run_name or run_name,
                tags=config.tags,
                models=config.log_model,
                memory=memory,
                parent=parent,
            )
        case "none":
            return NoTracker()
        case _:
            raise ValueError(f"tracking.kind={config.kind}: there is mlflow and none")
