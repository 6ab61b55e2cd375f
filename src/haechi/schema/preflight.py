"""The `preflight` keys: how a run is judged and how the verdict is shown."""

from dataclasses import dataclass, field
from enum import Enum

from haechi.schema.ranges import within


class Format(Enum):
    """How the verdict is written."""

    text = "text"
    json = "json"
    github = "github"


class Speech(Enum):
    """The language of diagnostics and pages."""

    auto = "auto"
    en = "en"
    ko = "ko"


@dataclass
class PreflightConfig:
    """Judging before a weight is loaded."""

    format: Format = Format.text
    """`text` for people, `json` for programs, `github` for annotations."""
    language: Speech = Speech.auto
    """Language of diagnostics and pages; `auto` is that of the locale, English where it is not Korean."""
    ignore: list[str] = field(default_factory=lambda: [])
    """Codes that are not reported; errors that cannot end well stay."""
    strict: bool = False
    """Whether a warning refuses the run too."""
    sample_rows: int = field(default=2000, metadata=within(0))
    """Rows of each split that are tokenized for the verdict; 0 means all."""
    deep: bool = False
    """Whether a run that was found fit is also tried: its weights are fetched and loaded, and a few train
    rows go through model and loss. Off, because it takes seconds, and memory for the model."""
    skip_incompatible: bool = False
    """Whether a sweep runs the jobs that are fit and leaves out the others."""
    network_timeout_seconds: float = field(default=2.0, metadata=within(0.1, 600))
    """Longest wait for the hub, in seconds, before it counts as out of reach."""
