"""TRAIN001."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.ranges import number, ranges


@rule("TRAIN001")
def value_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """A number is out of its range.

    ## What
    A setting with bounds is outside of them: a batch of 0 rows, a learning rate of 5.

    ## Why
    Such a value fails late, or trains to nothing.

    ## Example
    `python src/train.py trainer.learning_rate=5`

    ## What to do
    Take a value within the bounds that the message names; `~key` takes the override back.

    ## References
    - src/haechi/schema/
    """
    for key, (value, bounds) in ranges(evidence.config).items():
        if bounds.holds(value):
            continue
        low, high = bounds
        nearest = low if high is None or (low is not None and not value >= low) else high
        yield Problem(
            f"`{key}` is {number(value)}, and must be {'' if math.isfinite(value) else 'finite, '}{bounds}",
            keys=[key],
            fixes=[[f"~{key}"]] if evidence.run.origins.is_typed(key) else [[f"{key}={number(nearest)}"]],
        )
