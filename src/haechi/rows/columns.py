"""Rows -> examples: which column is the text, which the label."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haechi.compose import as_value
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import Row, Table
from haechi.schema.task import Columns, Objective

PAIRED = {Objective.pair_classification}


@dataclass(slots=True)
class Example:
    """One row as a task sees it."""

    row: int
    """Number of the row in its file, from 1."""
    text: str | None
    text_pair: str | None
    label: Any
    """Class name, class id or score; None when the row has none."""


def to_examples(table: Table, columns: Columns, objective: Objective, path: Path) -> list[Example]:
    """Pick the task's columns out of the rows.

    Raises:
        FileFault: a column is not there; the message names the nearest ones.
    """
    text = _locate(table, "text", columns.text, path)
    needs_pair = objective in PAIRED or columns.text_pair is not None
    pair = _locate(table, "text_pair", columns.text_pair, path) if needs_pair else None
    label = _locate(table, "label", columns.label, path)
    return [
        Example(
            row=number,
            text=_text(_single(row, text, number, path)),
            text_pair=_text(_single(row, pair, number, path)) if pair else None,
            label=_single(row, label, number, path),
        )
        for number, row in enumerate(table.rows, start=1)
    ]


def dig(row: Row, name: str) -> Any:
    """Value of a column; a dot reaches into nested objects unless a column has that very name."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def names(table: Table) -> list[str]:
    """Column names, nested ones dotted."""
    found: dict[str, None] = {}

    def walk(row: Row, prefix: str) -> None:
        for key, value in row.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                found.setdefault(f"{prefix}{key}")

    for row in table.rows[:100]:
        walk(row, "")
    return list(found)


def nearest(name: str, known: Sequence[str]) -> list[str]:
    """Up to four names that resemble a misspelt one, the best first; case does not count."""
    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=4, cutoff=0.5)
    return [folded[item] for item in close]


def _locate(table: Table, role: str, wanted: str | None, path: Path) -> str:
    known = names(table)
    for name in (wanted or "").split("|"):
        if name in known:
            return name
    key = f"task.columns.{role}"
    close = nearest((wanted or role).split("|")[0], known) or known[:1]
    problem = f"there is no column `{wanted}`" if wanted else f"the task needs a column for `{role}`"
    raise FileFault(
        Kind.columns, str(path), f"{problem}; the file has {', '.join(f'`{name}`' for name in known[:12])}",
        [[f"{key}={as_value(name)}"] for name in close[:2]], key,
    )  # fmt: skip


def _single(row: Row, name: str, number: int, path: Path) -> Any:
    """Value of a column, which must be one text or one number."""
    value = dig(row, name)
    if isinstance(value, list | dict | bytes):
        kind = {list: "a list", dict: "an object", bytes: "bytes"}[type(value)]
        raise FileFault(
            Kind.columns,
            str(path),
            f"row {number}: `{name}` holds {kind}, where one text or number is needed",
        )
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FileFault(
                Kind.malformed,
                str(path),
                f"row {number}: `{name}` holds half of a character (a lone surrogate)",
            ) from None
    return value


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)
