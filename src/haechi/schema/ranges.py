"""Bounds of numeric settings, kept beside the field that they bound."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple


class Range(NamedTuple):
    """Inclusive bounds of a setting; None leaves a side open."""

    minimum: float | None = None
    maximum: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the value lies within the bounds."""
        above = self.minimum is None or value >= self.minimum
        return math.isfinite(value) and above and (self.maximum is None or value <= self.maximum)

    def __str__(self) -> str:
        if self.maximum is None:
            return f"at least {number(self.minimum)}"
        if self.minimum is None:
            return f"at most {number(self.maximum)}"
        return f"from {number(self.minimum)} to {number(self.maximum)}"

    @property
    def korean(self) -> str:
        """The bounds as a Korean sentence says them."""
        if self.maximum is None:
            return f"{number(self.minimum)} 이상이어야 합니다"
        if self.minimum is None:
            return f"{number(self.maximum)} 이하여야 합니다"
        return f"{number(self.minimum)} 이상 {number(self.maximum)} 이하여야 합니다"


def number(value: float | None) -> str:
    """A number as it is typed: whole ones without a fraction or an exponent."""
    if value is None:
        return "null"
    return str(int(value)) if isinstance(value, int) or value.is_integer() else f"{value:g}"


def within(minimum: float | None = None, maximum: float | None = None) -> Mapping[str, Any]:
    """Metadata for `dataclasses.field` that bounds the setting."""
    return {"range": Range(minimum, maximum)}


def ranges(config: Any, prefix: str = "") -> dict[str, tuple[float, Range]]:
    """Every bounded setting that has a value: its key, its value and its bounds."""
    found: dict[str, tuple[float, Range]] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        key = f"{prefix}{item.name}"
        if is_dataclass(value):
            found |= ranges(value, f"{key}.")
        elif "range" in item.metadata and isinstance(value, int | float):
            found[key] = (value, item.metadata["range"])
    return found
