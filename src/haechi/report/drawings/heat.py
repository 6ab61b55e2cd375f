"""The metric by two swept keys."""

import statistics
from pathlib import Path

import numpy as np

from haechi.plots import new_figure, save_figure
from haechi.report.board import Board
from haechi.report.config_values import short_names
from haechi.report.drawings.palette import are_numbers, scale_numbers, shortened, values_of

MOST_WRITTEN = 120
FILLED = 0.4
"""Share of the cells that have a value, from which on a map is of use; a search leaves most of them empty."""


def draw_heat(board: Board, down: str, across: str, path: Path) -> Path | None:
    """Means over seeds, and over whatever else was swept; None where one of the keys has one value."""
    cells: dict[tuple[str, str], list[float]] = {}
    for setting in board.settings:
        if down in setting.values and across in setting.values:
            cells.setdefault((setting.values[down], setting.values[across]), []).append(setting.mean)
    rows, columns = values_of(board, down), values_of(board, across)
    if len(rows) < 2 or len(columns) < 2:
        return None
    if len(cells) < FILLED * len(rows) * len(columns):
        return _draw_scattered(board, down, across, path)
    means = np.full((len(rows), len(columns)), np.nan)
    for (row, column), values in cells.items():
        means[rows.index(row), columns.index(column)] = statistics.fmean(values)
    figure, axes = new_figure(min(16.0, 2.6 + 0.95 * len(columns)), min(16.0, 1.8 + 0.55 * len(rows)))
    # Dark is good, whichever way the metric goes.
    image = axes.imshow(means, cmap="Blues_r" if board.direction == "min" else "Blues", aspect="auto")
    axes.set_xticks(range(len(columns)), [shortened(value, 24) for value in columns], rotation=30, ha="right")
    axes.set_yticks(range(len(rows)), [shortened(value, 32) for value in rows])
    short = short_names(list(board.swept))
    axes.set_xlabel(short[across])
    axes.set_ylabel(short[down])
    if means.size <= MOST_WRITTEN:
        for (row, column), value in np.ndenumerate(means):
            if np.isnan(value):
                axes.text(column, row, "-", ha="center", va="center", fontsize=9)
                continue
            shade = image.cmap(image.norm(value))
            color = "white" if sum(shade[:3]) < 1.5 else "black"
            axes.text(column, row, f"{value:.3f}", ha="center", va="center", color=color, fontsize=9)
    figure.colorbar(image, ax=axes, shrink=0.9, label=board.metric)
    return save_figure(figure, path)


def _draw_scattered(board: Board, down: str, across: str, path: Path) -> Path | None:
    """Where a search has been, the darker the better; None for values that are no numbers."""
    if not all(are_numbers(values_of(board, key)) for key in (down, across)):
        return None
    shown = [setting for setting in board.settings if down in setting.values and across in setting.values]
    xs, ys = ([float(setting.values[key]) for setting in shown] for key in (across, down))
    figure, axes = new_figure(6.2, 4.6)
    colors = "Blues_r" if board.direction == "min" else "Blues"
    dots = {
        "c": [setting.mean for setting in shown],
        "cmap": colors,
        "edgecolors": "black",
        "linewidths": 0.5,
    }
    image = axes.scatter(xs, ys, s=60, **dots)
    scale_numbers(axes.xaxis, axes.set_xscale, xs)
    scale_numbers(axes.yaxis, axes.set_yscale, ys)
    short = short_names(list(board.swept))
    axes.set_xlabel(short[across])
    axes.set_ylabel(short[down])
    axes.grid(alpha=0.3)
    figure.colorbar(image, ax=axes, shrink=0.9, label=board.metric)
    return save_figure(figure, path)
