"""Evidence for the deep check, as `judge` makes it."""

from collections.abc import Sequence

from haechi.compose import compose
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve


def evidence_of(overrides: Sequence[str]) -> Evidence:
    """Evidence with every row and with the weights."""
    composed = compose(list(overrides))
    return Evidence(resolve(composed, composed.hydra), weights=True, full=True)
