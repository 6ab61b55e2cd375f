"""A board as text for a terminal, as Markdown and as CSV."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from haechi.report.config_values import short_names
from haechi.report.setting import Failure, name_of
from haechi.report.wording import interval, number, verdict, with_spread

if TYPE_CHECKING:
    from haechi.report.board import Board

TEST, SEEDS, BEHIND, INTERVAL = "test", "seeds", "behind by", "95 % interval"
_SHORTEST = 6
_DROPPED = (TEST, SEEDS, INTERVAL)
"""Columns that a narrow terminal does without, the first ones first."""
_FOLD = "  "


def rows_of(board: "Board") -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of settings, as texts; the interval is of how far a setting is behind."""
    short = short_names(list(board.swept))
    tested = any(setting.test for setting in board.settings)
    compared = bool(board.comparisons)
    head = ["#", *(short[key] for key in board.swept), board.metric, *([TEST] if tested else []), SEEDS]
    head += [BEHIND, INTERVAL, "verdict"] if compared else []
    rows: list[list[str]] = []
    for place, setting in enumerate(board.settings):
        row = [str(place + 1), *(setting.values.get(key, "") for key in board.swept)]
        row.append(with_spread(setting.mean, setting.sd))
        row += [number(setting.test_mean)] if tested else []
        row.append(str(setting.n))
        if compared and place == 0:
            row += ["", "", "best"]
        elif compared:
            item = board.comparisons[place - 1]
            row += [number(item.difference), interval(item), verdict(item)]
        rows.append(row)
    return head, rows


def as_text(board: "Board", width: int) -> str:
    """The table, what there is to know, failures and notes."""
    head, rows = rows_of(board)
    # The title has the metric's whole name.
    head = [name.rpartition("/")[2] if name == board.metric else name for name in head]
    parts = [title_of(board), "\n".join(_table(head, rows, width))] if rows else [title_of(board)]
    parts.append("\n".join(_wrapped(text.replace("`", ""), width) for text in board.findings))
    if board.failures:
        parts.append("\n".join(["runs without a value", *_failed(board.failures, width)]))
    if board.notes:
        parts.append("\n".join(_wrapped(f"note: {note}", width) for note in board.notes))
    return "\n\n".join(parts)


def as_markdown(board: "Board") -> str:
    """The same as Markdown."""
    head, rows = rows_of(board)
    parts = [f"# {_escaped(title_of(board))}", "\n".join(f"- {finding}" for finding in board.findings)]
    if rows:
        parts.append(_markdown_table(head, rows))
    if board.failures:
        listed = [[item.run, _setting(item), item.state, _first_line(item.cause)] for item in board.failures]
        parts += ["## Runs without a value", _markdown_table(["run", "setting", "state", "cause"], listed)]
    if board.notes:
        parts += ["## Notes", "\n".join(f"- {_escaped(note)}" for note in board.notes)]
    return "\n\n".join(parts) + "\n"


def as_csv(board: "Board") -> str:
    """A line for each setting, numbers in full; each seed has its column."""
    seeds = list(dict.fromkeys(seed for setting in board.settings for seed in setting.seeds))
    compared = ["best_ahead_by", "low", "high", "within_noise", "basis"]
    head = ["rank", *board.swept, "metric", "mean", "sd", "n", "test_mean", *compared]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*head, *(f"seed {seed}" for seed in seeds)])
    for place, setting in enumerate(board.settings):
        item = board.comparisons[place - 1] if place and board.comparisons else None
        told = [item.difference, item.low, item.high, item.within_noise, item.basis] if item else [None] * 5
        values = [setting.values.get(key, "") for key in board.swept]
        numbers = [board.metric, setting.mean, setting.sd, setting.n, setting.test_mean]
        writer.writerow([place + 1, *values, *numbers, *told, *(setting.seeds.get(seed) for seed in seeds)])
    return file.getvalue()


def title_of(board: "Board") -> str:
    """`sample_topic: validation/macro_f1 by pooling, learning_rate`."""
    keys = ", ".join(short_names(list(board.swept)).values())
    return f"{board.task or 'runs'}: {board.metric or 'no metric'}" + (f" by {keys}" if keys else "")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: Hangul takes two each."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    marks = sum(unicodedata.combining(character) > 0 for character in text)
    return len(text) + wide - marks


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Lines that fit; where all columns do not, some are left out before any is cut."""
    cells = [list(head), *(list(row) for row in rows)]
    for name in _DROPPED:
        if _width(cells) > width and name in cells[0]:
            place = cells[0].index(name)
            cells = [row[:place] + row[place + 1 :] for row in cells]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    while sum(widths) + 2 * len(widths) - 2 > width and max(widths) > _SHORTEST:
        widths[widths.index(max(widths))] -= 1
    lines = [_FOLD.join(_fit(cell, size) for cell, size in zip(row, widths, strict=True)) for row in cells]
    return [line.rstrip() for line in lines]


def _width(cells: Sequence[Sequence[str]]) -> int:
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    return sum(widths) + len(_FOLD) * (len(widths) - 1)


def _fit(text: str, width: int) -> str:
    if columns(text) > width:
        while columns(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns(text))


def _wrapped(text: str, width: int) -> str:
    """Lines of at most so many columns, broken at spaces."""
    indent = len(text) - len(text.lstrip())
    lines, line = [], " " * indent
    for word in text.split():
        if line.strip() and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line = " " * (indent + 2)
        line += (" " if line.strip() else "") + word
    return "\n".join([*lines, line])


def _failed(failures: Sequence[Failure], width: int) -> list[str]:
    """A line for each run, and where the first log is."""
    lines = [f"{item.run}  {_setting(item)}  {item.state}: {_first_line(item.cause)}" for item in failures]
    logs = [f"  log: {item.log}" for item in failures if item.log]
    return [_wrapped(f"  {line}", width) for line in [*lines, *logs[:1]]]


def _setting(item: Failure) -> str:
    named = [name_of(item.values)] if item.values else []
    return " ".join([*named, *([f"seed={item.seed}"] if item.seed else [])])


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("*", "\\*").replace("_", "\\_")
