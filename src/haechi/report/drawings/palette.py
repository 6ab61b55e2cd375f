"""Colours and names of settings, the same in every plot of a page."""

import math
from collections.abc import Callable
from typing import Any

from haechi.report.board import Board
from haechi.report.setting import Setting

COLORS = ("#1f6fb4", "#d9642c", "#2f8f4e", "#8a56b0", "#b8860b", "#1a9aa0", "#c2407a", "#6b6b6b")
GREY = "#b5b5b5"
_LONGEST = 44
_SPAN = 20.0


def colored(board: Board) -> list[tuple[Setting, str]]:
    """The first settings, each with its colour."""
    return list(zip(board.settings, COLORS, strict=False))


def shortened(text: str, longest: int = _LONGEST) -> str:
    """A text that fits into a legend."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def values_of(board: Board, key: str) -> list[str]:
    """Values of a swept key that have a setting: numbers by size, others in the order of the runs."""
    ranked = {setting.values.get(key) for setting in board.settings}
    named = dict.fromkeys(record.values[key] for record in board.records if key in record.values)
    kept = [value for value in named if value in ranked]
    return sorted(kept, key=float) if are_numbers(kept) else kept


def scale_numbers(axis: Any, set_scale: Callable[[str], None], numbers: list[float]) -> None:
    """A scale for numbers that were swept: by powers where they span some, as learning rates do."""
    if min(numbers) > 0 and max(numbers) / min(numbers) >= _SPAN:
        set_scale("log")
        # matplotlib writes powers as formulas, which are not drawn as such here.
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(lambda *_: "")


def are_numbers(values: list[str]) -> bool:
    """Whether every value is one."""
    try:
        return all(not math.isnan(float(value)) for value in values)
    except ValueError:
        return False
