"""The `sweep` keys: how the jobs of a sweep go on after some of them, or all, have ended early."""

from dataclasses import dataclass, field

from haechi.schema.ranges import within


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
