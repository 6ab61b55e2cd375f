"""The report's files: report.html, report.md, report.csv, board.json and plots/."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from haechi.aside import write_json
from haechi.report.board import Board, build_board
from haechi.report.drawings import Drawing, drawings_of
from haechi.report.page import page
from haechi.report.plot import Plot
from haechi.report.record import RunRecord

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """Where the files of a report are."""

    html: Path
    markdown: Path
    csv: Path
    json: Path
    plots: tuple[Path, ...]

    @property
    def paths(self) -> list[Path]:
        """All of them."""
        return [self.html, self.markdown, self.csv, self.json, *self.plots]


def write_report(
    source: Board | Sequence[Board] | Sequence[RunRecord], folder: Path, metric: str | None = None
) -> Written:
    """Write a report below `folder`, which is made if need be.

    A plot that cannot be drawn costs nothing but itself: the page says so.

    Args:
        source: a board, several, or records, of which each task gets a board.
        folder: where the files go.
        metric: what ranks, where `source` is records; tasks that lack it are left out.

    Raises:
        OSError: a file could not be written.
    """
    boards = boards_of(source, metric)
    folder.mkdir(parents=True, exist_ok=True)
    sections: list[tuple[Board, list[Plot]]] = []
    for board in boards:
        place = folder / "plots" / (_file_name(board.task) if len(boards) > 1 else "")
        sections.append((board, [_drawn(drawing, place) for drawing in drawings_of(board)]))
    written = Written(
        html=folder / "report.html",
        markdown=folder / "report.md",
        csv=folder / "report.csv",
        json=folder / "board.json",
        plots=tuple(plot.path for _, plots in sections for plot in plots if plot.path),
    )
    written.html.write_text(page(sections), encoding="utf-8", errors="backslashreplace")
    pictures = [[f"![{plot.title}]({plot.path.relative_to(folder)})" for plot in plots if plot.path]
                for _, plots in sections]  # fmt: skip
    texts = ["\n\n".join([board.as_markdown(), *shown])
             for board, shown in zip(boards, pictures, strict=True)]  # fmt: skip
    written.markdown.write_text("\n".join(texts) + "\n", encoding="utf-8", errors="backslashreplace")
    written.csv.write_text(
        "\n".join(board.as_csv() for board in boards), encoding="utf-8", errors="backslashreplace"
    )
    content = boards[0].as_json() if len(boards) == 1 else {"boards": [board.as_json() for board in boards]}
    write_json(written.json, content)
    return written


def boards_of(
    source: Board | Sequence[Board] | Sequence[RunRecord], metric: str | None = None
) -> list[Board]:
    """The boards of a source: records of several tasks are never compared with one another."""
    if isinstance(source, Board):
        return [source]
    boards = [item for item in source if isinstance(item, Board)]
    records = [item for item in source if isinstance(item, RunRecord)]
    tasks: dict[str, list[RunRecord]] = {}
    for record in records:
        tasks.setdefault(record.task, []).append(record)
    if metric and any(metric in record.final for record in records):
        tasks = {name: some for name, some in tasks.items() if any(metric in one.final for one in some)}
    if len(tasks) > 1:
        tasks = {task: _without_constants(members) for task, members in tasks.items()}
    return [*boards, *(build_board(members, metric) for members in tasks.values())]


def _without_constants(records: Sequence[RunRecord]) -> list[RunRecord]:
    """The records of one task without what only sets tasks apart."""
    keys = dict.fromkeys(key for record in records for key in record.values)
    kept = [key for key in keys if len({record.values.get(key) for record in records}) > 1]
    return [
        replace(record, values={key: record.values[key] for key in kept if key in record.values})
        for record in records
    ]


def _drawn(drawing: Drawing, folder: Path) -> Plot:
    try:
        with warnings.catch_warnings():
            # A character that no font has is drawn as a box; a warning for each would bury what is said.
            warnings.simplefilter("ignore")
            path = drawing.draw(folder / f"{drawing.name}.png")
        return Plot(drawing.title, drawing.caption, path)
    except Exception as error:
        log.debug("a plot of the report", exc_info=True)
        return Plot(drawing.title, drawing.caption, None, f"{type(error).__name__}: {error}")


def _file_name(task: str) -> str:
    return (
        "".join(character if character.isalnum() or character in "_-" else "_" for character in task)
        or "runs"
    )
