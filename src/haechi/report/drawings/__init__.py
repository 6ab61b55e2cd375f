"""Plots of a board, one kind a file, all with the fonts and figures of `haechi.plots`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

from haechi.report.board import Board
from haechi.report.config_values import short_names
from haechi.report.drawings.best_run import draw_best_run
from haechi.report.drawings.by_value import draw_by_value
from haechi.report.drawings.classes import draw_classes
from haechi.report.drawings.curves import draw_curves
from haechi.report.drawings.differences import draw_differences
from haechi.report.drawings.heat import draw_heat

MOST_OF_A_KIND = 6


@dataclass(frozen=True)
class Drawing:
    """A plot that a board may have."""

    name: str
    """Of its file, without the ending."""
    title: str
    caption: str
    draw: Callable[[Path], Path | None]
    """Draws to a path; None where the board has nothing to draw."""


def drawings_of(board: Board) -> list[Drawing]:
    """The plots of a board in the order in which they are looked at."""
    short = short_names(list(board.swept))
    several = "" if len(board.swept) < 2 else ", a line for each combination of the other keys"
    found = [
        Drawing(
            "differences",
            "The best setting against every other",
            "How far each setting is behind, with its 95 % interval. One that reaches 0 is within the noise.",
            partial(draw_differences, board),
        )
    ]
    found += [
        Drawing(
            f"by_{_file_name(short[key])}",
            f"{board.metric} by {short[key]}",
            f"Each dot is a seed; the line goes through the means, bars are one standard deviation{several}.",
            partial(draw_by_value, board, key),
        )
        for key in board.swept[:MOST_OF_A_KIND]
    ]
    found += [
        Drawing(
            f"heat_{_file_name(short[one])}_{_file_name(short[two])}",
            f"{board.metric} by {short[one]} and {short[two]}",
            "Means over seeds" + (" and over the other swept keys." if len(board.swept) > 2 else "."),
            partial(draw_heat, board, one, two),
        )
        for one, two in list(combinations(board.swept, 2))[:MOST_OF_A_KIND]
    ]
    return [
        *found,
        Drawing(
            "curves",
            "Learning curves",
            "Means over seeds, bands from the lowest to the highest seed. Settings further down are grey.",
            partial(draw_curves, board),
        ),
        Drawing(
            "classes",
            "Scores of single classes",
            f"F1 on the {board.split} rows, mean over seeds; bars are one standard deviation.",
            partial(draw_classes, board),
        ),
        Drawing(
            "best_run",
            "The best run's predictions",
            f"Of the {board.split} rows, by the best seed of the best setting.",
            partial(draw_best_run, board),
        ),
    ]


def _file_name(key: str) -> str:
    return "".join(character if character.isalnum() or character in "_-" else "_" for character in key)[:60]
