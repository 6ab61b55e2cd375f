"""A plot as a page shows it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plot:
    """A plot, or why there is none."""

    title: str
    caption: str
    path: Path | None
    """None where there was nothing to draw, or where drawing failed."""
    fault: str | None = None
    """Why drawing failed."""
