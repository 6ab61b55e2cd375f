"""What the best run predicted: a confusion matrix, or predicted against true scores."""

from pathlib import Path

import numpy as np

from haechi.plots import new_figure, plot_confusion, save_figure
from haechi.report.board import Board
from haechi.report.drawings.palette import COLORS
from haechi.report.judged_rows import JudgedRows, UnreadablePredictions, read_rows
from haechi.report.record import RunRecord
from haechi.schema.task import Objective

MOST_CLASSES = 40


def best_run(board: Board) -> RunRecord | None:
    """The best seed of the best setting."""
    if board.best is None:
        return None
    choose = min if board.direction == "min" else max
    return choose(board.best.records, key=lambda record: record.final[board.metric])


def draw_best_run(board: Board, path: Path) -> Path | None:
    """None for tags and answers, for too many classes, and where the predictions are not there."""
    record = best_run(board)
    if record is None:
        return None
    try:
        rows = read_rows(record, board.split)
    except UnreadablePredictions:
        return None
    if rows.objective == Objective.regression.value:
        return _draw_scores(rows, path)
    if rows.scores is None or len(rows.labels) > MOST_CLASSES:
        return None
    place = {label: index for index, label in enumerate(rows.labels)}
    true, found = (np.array([place[label] for label in side]) for side in (rows.golds, rows.predicted))
    return plot_confusion(true, found, rows.labels, path)


def _draw_scores(rows: JudgedRows, path: Path) -> Path:
    figure, axes = new_figure(5.2, 5.0)
    axes.plot(rows.golds, rows.predicted, "o", color=COLORS[0], alpha=0.5, markersize=4)
    low, high = min(*rows.golds, *rows.predicted), max(*rows.golds, *rows.predicted)
    axes.plot([low, high], [low, high], color="black", linewidth=0.8, linestyle="--")
    axes.set_xlabel("true score")
    axes.set_ylabel("predicted score")
    axes.set_title(f"{len(rows):,} rows; the dashed line is where both are equal", fontsize=10)
    axes.grid(alpha=0.3)
    return save_figure(figure, path)
