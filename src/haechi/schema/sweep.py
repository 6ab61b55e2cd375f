"""The `sweep` keys: how the jobs of a sweep go on after some of them, or all, have ended early."""

from dataclasses import dataclass, field
from enum import Enum

from haechi.schema.ranges import within


class Sampler(Enum):
    """How a search draws its trials, by Optuna's samplers."""

    tpe = "tpe"
    gp = "gp"
    qmc = "qmc"
    random = "random"


class Pruner(Enum):
    """What ends hopeless trials of a search early, by Optuna's pruners."""

    median = "median"
    hyperband = "hyperband"
    none = "none"


@dataclass
class SweepConfig:
    """A sweep as one thing."""

    resume: str | None = None
    """Folder of a sweep to go on with: what has finished stays, the rest is run, new points are added."""
    retry_failed: bool = False
    """Whether jobs that have failed are run again too, from their last checkpoint."""
    alert_failed_share: float = field(default=0.5, metadata=within(0, 1))
    """Share of a sweep's jobs above which failures are announced at once, and not only at the end."""
    retries: int = field(default=1, metadata=within(0, 100))
    """How often a job is started again whose process was lost, killed for memory for example."""
    trials: int = field(default=20, metadata=within(1))
    """Trials of a search in all, those of earlier starts and of other processes among them."""
    sampler: Sampler = Sampler.tpe
    """`tpe` models good and bad trials, `gp` the metric; `qmc` and `random` learn from none."""
    pruner: Pruner = Pruner.median
    """`median` ends a trial that is below the median of earlier ones at the same step."""
    storage: str | None = None
    """Database of a search, as an address of SQLAlchemy; null is study.db in the sweep's folder."""
    study: str | None = None
    """Name of the search in its database, by which several processes share it; null is the sweep's name."""
    trials_at_once: int | None = field(default=None, metadata=within(1))
    """Trials that are drawn together; null is as many as the launcher runs beside each other."""
