"""What the label of a row is: none, a number, or a name."""

import math
from functools import lru_cache
from typing import Any


def is_missing(label: Any) -> bool:
    """Whether a row has no label. A class that is named "NA" or "None" is a name like any other."""
    return label is None or (isinstance(label, str) and not label.strip()) or label != label


def as_number(label: Any) -> float | None:
    """A label as a finite number, or None."""
    try:
        value = float(str(label))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


number_of = lru_cache(maxsize=4096)(as_number)
