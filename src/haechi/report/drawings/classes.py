"""Scores of single classes, of the first settings."""

import statistics
from pathlib import Path

from haechi.plots import new_figure, save_figure
from haechi.report.board import Board
from haechi.report.drawings.palette import colored, shortened
from haechi.report.setting import spread

MOST_SETTINGS = 4
MOST_CLASSES = 60


def draw_classes(board: Board, path: Path) -> Path | None:
    """Classes from top to bottom; None where the runs have no score of single classes."""
    prefix = f"{board.split}/f1/"
    shown = colored(board)[:MOST_SETTINGS]
    classes = list(
        dict.fromkeys(
            name.removeprefix(prefix)
            for setting, _ in shown
            for record in setting.records
            for name in record.final
            if name.startswith(prefix)
        )
    )[:MOST_CLASSES]
    if not classes:
        return None
    figure, axes = new_figure(7.0, 1.5 + 0.34 * len(classes))
    for place, (setting, color) in enumerate(shown):
        shift = 0.0 if len(shown) == 1 else 0.5 * (place / (len(shown) - 1) - 0.5)
        for row, name in enumerate(classes):
            values = [
                value for record in setting.records if (value := record.value(prefix + name)) is not None
            ]
            if values:
                label = shortened(setting.name) if row == 0 and board.swept else None
                mean, deviation = statistics.fmean(values), spread(values)
                style = {"color": color, "capsize": 2, "markersize": 5, "linewidth": 1.2}
                axes.errorbar([mean], [row + shift], xerr=deviation, fmt="o", label=label, **style)
    axes.set_yticks(range(len(classes)), [shortened(name, 30) for name in classes])
    axes.set_ylim(len(classes) - 0.4, -0.6)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xlabel(f"{board.split}/f1")
    axes.grid(alpha=0.3)
    if board.swept:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    return save_figure(figure, path)
