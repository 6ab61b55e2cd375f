"""Learning curves: training loss and the metric over optimizer steps, by setting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from haechi.plots import new_figure, save_figure
from haechi.report.board import Board
from haechi.report.drawings.palette import GREY, colored, shortened
from haechi.report.record import RunRecord
from haechi.report.setting import Setting

MOST_GREY = 40
MOST_POINTS = 400
"""Points of a line; of a longer one neighbours are averaged."""


def draw_curves(board: Board, path: Path) -> Path | None:
    """The first settings in colour, the others grey, failed runs dotted; None where nothing was logged."""
    validation = f"validation/{board.metric.partition('/')[2]}"
    names = [
        name
        for name in ("train/loss", validation)
        if any(_line(record, name)[0].size for record in board.records)
    ]
    if not names:
        return None
    shown = colored(board)
    figure, axes = new_figure(5.4 * len(names), 4.4, len(names))
    for name, panel in zip(names, np.atleast_1d(axes), strict=True):
        for setting in board.settings[len(shown) : len(shown) + MOST_GREY]:
            _draw(panel, setting.records, name, GREY, None)
        for setting, color in reversed(shown):
            _draw(panel, setting.records, name, color, _label(setting, board))
        _draw_failed(panel, board, name)
        panel.set_title(name, fontsize=11)
        panel.set_xlabel("optimizer step")
        panel.grid(alpha=0.3)
    first = np.atleast_1d(axes)[-1]
    handles, labels = first.get_legend_handles_labels()
    if len(labels) > 1 or board.swept:
        # Drawn last to first, so that the best one lies on top.
        place = {"loc": "outside lower center", "ncols": 2, "fontsize": 8, "frameon": False}
        figure.legend(handles[::-1], labels[::-1], **place)
    return save_figure(figure, path)


def _label(setting: Setting, board: Board) -> str:
    return shortened(setting.name) if board.swept else f"{setting.n} seeds"


def _draw(panel: Any, records: Sequence[RunRecord], name: str, color: str, label: str | None) -> None:
    lines = [line for record in records if (line := _line(record, name))[0].size]
    if not lines:
        return
    steps = lines[0][0]
    style = {"color": color, "label": label, "linewidth": 1.6 if label else 0.8}
    style |= {"marker": "o", "markersize": 3} if len(steps) <= 30 else {}
    if all(np.array_equal(steps, other) for other, _ in lines):
        values = np.stack([value for _, value in lines])
        panel.plot(steps, values.mean(axis=0), **style)
        if label and len(lines) > 1:
            panel.fill_between(
                steps, values.min(axis=0), values.max(axis=0), color=color, alpha=0.15, linewidth=0
            )
        return
    # Seeds that were evaluated at different steps have no mean: each is a line of its own.
    for place, (own, value) in enumerate(lines):
        panel.plot(own, value, **(style | {"label": label if place == 0 else None, "linewidth": 0.9}))


def _draw_failed(panel: Any, board: Board, name: str) -> None:
    label: str | None = "failed, interrupted or unfinished"
    kept = {id(record) for setting in board.settings for record in setting.records}
    for record in board.records:
        steps, values = _line(record, name)
        if id(record) not in kept and record.status in {"failed", "interrupted", "unfinished"} and steps.size:
            panel.plot(steps, values, color="black", linestyle=":", linewidth=1.0, label=label)
            label = None


def _line(record: RunRecord, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps and values of a metric; of a resumed run the newest value of each step."""
    found = {point["step"]: float(point[name]) for point in record.points if name in point}
    kept = sorted((step, value) for step, value in found.items() if np.isfinite(value))
    steps, values = (np.array([pair[side] for pair in kept], dtype=float) for side in (0, 1))
    if len(steps) <= MOST_POINTS:
        return steps, values
    parts = np.array_split(np.arange(len(steps)), MOST_POINTS)
    return np.array([steps[part].mean() for part in parts]), np.array([values[part].mean() for part in parts])
