"""Which columns of a file hold what a task needs."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from haechi.compose import as_value
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import Row
from haechi.rows.tally import printable
from haechi.schema.task import Columns, Objective
from haechi.text import Text

PAIRED = {Objective.pair_classification}
# Columns that each objective needs, by their keys under `task.columns`; a `?` marks one that may be absent.
ROLES: dict[Objective, tuple[str, ...]] = {
    Objective.classification: ("text", "label"),
    Objective.regression: ("text", "label"),
    Objective.pair_classification: ("text", "text_pair", "label"),
    Objective.relation: ("sentence", "subject_entity", "object_entity", "label"),
    Objective.token_classification: ("text", "label"),
    Objective.span: ("question", "context", "answers", "id?"),
}
# Roles of what a training learns from, which rows that are predicted on need not have.
LEARNED = frozenset({"label", "answers"})
# Roles whose column may hold an object.
HOLD_OBJECTS = {"subject_entity", "object_entity", "answers"}
# How deep column names reach into nested objects.
DEEPEST = 8


def columns_by_role(
    rows: Sequence[Row], columns: Columns, objective: Objective, path: Path, *, labelled: bool = True
) -> dict[str, str]:
    """The column for each role of an objective, by the names that the first rows show.

    Rows that are not `labelled` need no labels and no answers.

    Raises:
        FileFault: a column is not there; the message names the nearest ones.
    """
    roles = ROLES[objective]
    if columns.text_pair is not None and "text_pair" not in roles and "text" in roles:
        roles = (*roles, "text_pair")
    found: dict[str, str] = {}
    for role in roles:
        name = role.rstrip("?")
        known = names(rows, objects=name in HOLD_OBJECTS)
        optional = role.endswith("?") or (not labelled and name in LEARNED)
        column = _locate(known, name, getattr(columns, name), path, optional=optional)
        if column is not None:
            found[name] = column
    return found


def dig(row: Row, name: str) -> Any:
    """Value of a column; a dot reaches into nested objects unless a column has that very name."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = cast(dict[str, Any], value)[part]
    return value


def names(rows: Sequence[Row], *, objects: bool = False) -> list[str]:
    """Column names, nested ones dotted; with `objects` also those that hold objects."""
    found: dict[str, None] = {}

    def walk(row: Mapping[str, Any], prefix: str, depth: int) -> None:
        for key, value in row.items():
            if objects or not isinstance(value, dict):
                found.setdefault(f"{prefix}{key}")
            if isinstance(value, dict) and depth < DEEPEST:
                walk(cast(dict[str, Any], value), f"{prefix}{key}.", depth + 1)

    for row in rows:
        walk(row, "", 1)
    return list(found)


def nearest(name: str, known: Sequence[str]) -> list[str]:
    """Up to four names that resemble a misspelt one, the best first; case does not count."""
    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=4, cutoff=0.5)
    return [folded[item] for item in close]


def _locate(known: list[str], role: str, wanted: str | None, path: Path, *, optional: bool) -> str | None:
    for name in (wanted or "").split("|"):
        if name in known:
            return name
    if optional:
        return None
    key = f"task.columns.{role}"
    close = nearest((wanted or role).split("|")[0], known) or known[:1]
    shown = ", ".join(f"`{printable(name)}`" for name in known[:12])
    raise FileFault(
        Kind.columns, str(path),
        Text(
            f"there is no column `{wanted}`; the file has {shown}",
            f"`{wanted}` 열이 없습니다. 파일에 있는 열: {shown}",
        )
        if wanted
        else Text(
            f"the task needs a column for `{role}`; the file has {shown}",
            f"이 태스크에는 `{role}` 열이 필요합니다. 파일에 있는 열: {shown}",
        ),
        [[f"{key}={as_value(name)}"] for name in close[:2]], key,
    )  # fmt: skip
