"""The best setting against every other: differences with their intervals."""

from pathlib import Path

from haechi.plots import new_figure, save_figure
from haechi.report.board import Board
from haechi.report.drawings.palette import COLORS, GREY, shortened
from haechi.report.setting import name_of

MOST = 30


def draw_differences(board: Board, path: Path) -> Path | None:
    """Settings from top to bottom by rank; None where there is nothing to compare."""
    shown = board.comparisons[:MOST]
    if not shown:
        return None
    figure, axes = new_figure(7.5, 1.3 + 0.34 * len(shown))
    for place, item in enumerate(shown):
        clear = item.within_noise is False
        color = COLORS[0] if clear else GREY
        if item.low is not None and item.high is not None:
            axes.plot(
                [-item.high, -item.low], [place, place], color=color, linewidth=2.4, solid_capstyle="butt"
            )
        axes.plot([-item.difference], [place], marker="o", color=color, markersize=6)
    axes.axvline(0.0, color="black", linewidth=1.0)
    axes.set_yticks(range(len(shown)), [shortened(name_of(item.other)) for item in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="x", alpha=0.3)
    if board.best is not None:
        axes.set_title(f"difference to {shortened(board.best.name, 60)}", fontsize=10)
    axes.set_xlabel(f"{board.metric}: left of 0 is worse than the best; grey is within the noise", fontsize=9)
    return save_figure(figure, path)
