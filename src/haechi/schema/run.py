"""The root of a run's configuration."""

from dataclasses import dataclass, field

from haechi.schema.model import ModelConfig
from haechi.schema.notify import NotifyConfig
from haechi.schema.pooling import PoolingConfig
from haechi.schema.preflight import PreflightConfig
from haechi.schema.ranges import within
from haechi.schema.study import StudyConfig
from haechi.schema.sweep import SweepConfig
from haechi.schema.task import TaskConfig
from haechi.schema.tokenizer import TokenizerConfig
from haechi.schema.tracking import TrackingConfig
from haechi.schema.trainer import TrainerConfig


@dataclass
class RunConfig:
    """Everything that a run is made of."""

    model: ModelConfig = field(default_factory=ModelConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    pooling: PoolingConfig = field(default_factory=PoolingConfig)
    task: TaskConfig = field(default_factory=TaskConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    preflight: PreflightConfig = field(default_factory=PreflightConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)
    study: StudyConfig = field(default_factory=StudyConfig)
    seed: int = field(default=42, metadata=within(0, 2**32 - 1))
    """Seed of the head's first values, the order of rows and dropout. 42 is KLUE's."""
    tags: list[str] = field(default_factory=lambda: [])
    """Words to find the run by, in MLflow and in results.json."""
    run_dir: str | None = None
    """The run's folder; null makes a new one under outputs/."""
    rerun: str | None = None
    """A run's folder or the id of its MLflow run, which is repeated in a new folder and compared."""
    explain: str | None = None
    """`python src/check.py explain=CODE` prints the page of a rule."""
    apply_fix: str | None = None
    """`python src/check.py ... apply_fix=CODE` prints the corrected command line."""
