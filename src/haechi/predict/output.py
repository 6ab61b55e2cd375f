"""Predictions -> a file or standard output, row by row; a file is whole or not there."""

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Protocol, TextIO

from haechi.fault import RunFault
from haechi.schema.task import Objective

SUFFIXES = (".jsonl", ".csv", ".tsv")
ERROR = "error"


class Writer(Protocol):
    """Takes rows in their order."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        ...


class JsonLines:
    """One object a line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")


class Table:
    """csv or tsv with a header; lists and objects are JSON, `scores` are a column a class."""

    def __init__(self, file: TextIO, delimiter: str, columns: Sequence[str]) -> None:
        self._columns = columns
        self._rows = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        self._rows.writerow(columns)

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        flat: dict[str, Any] = {}
        for name, value in row.items():
            if name == "scores":
                flat |= {f"scores.{label}": share for label, share in value.items()}
            else:
                flat[name] = (
                    json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
                )
        self._rows.writerow([flat.get(column) for column in self._columns])


def table_columns(
    objective: Objective, labels: Sequence[str] | None, *, text_pair: bool, labelled: bool, all_scores: bool
) -> list[str]:
    """The columns of a table, in the order of what `reported_row` gives."""
    given = {
        Objective.relation: ["sentence", "subject_entity", "object_entity"],
        Objective.token_classification: ["tokens"],
        Objective.span: ["id", "question"],
    }.get(objective, ["text", *(["text_pair"] if text_pair else [])])
    right = {Objective.token_classification: "labels", Objective.span: "answers"}.get(objective, "label")
    shares = ["score"]
    if objective in {Objective.regression, Objective.token_classification}:
        shares = []
    elif all_scores:
        shares = (
            ["score", "candidates"] if objective is Objective.span else [f"scores.{x}" for x in labels or ()]
        )
    return ["row", *given, *([right] if labelled else []), "prediction", *shares, ERROR]


@contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    """A file that takes its name when all is written, and is removed if that fails; or standard output."""
    if path is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    aside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", newline="", dir=path.parent,
            prefix=f".{path.name}.", suffix=".partial", delete=False,
        ) as file:  # fmt: skip
            aside = Path(file.name)
            yield file  # type: ignore[misc]
            file.flush()
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        if aside is not None:
            aside.unlink(missing_ok=True)
        raise


def checked(given: str | None, source: Path | None) -> Path | None:
    """Where predictions go, after a look at whether they can; None is standard output.

    Raises:
        RunFault: the file cannot be written, or is the one that is read.
    """
    if given is None or given == "-":
        return None
    path = Path(given).expanduser()
    if path.suffix.lower() not in SUFFIXES:
        raise RunFault(
            f"predictions are written as {' '.join(SUFFIXES)}, not as `{path.suffix}`", [],
            [f"output={path.with_suffix('.jsonl')}"],
        )  # fmt: skip
    if path.is_dir():
        raise RunFault(f"`{path}` is a folder", [], [f"output={path / 'predictions.jsonl'}"])
    if not path.parent.is_dir():
        raise RunFault(f"there is no folder `{path.parent}` to write in", [], [f"output={path.name}"])
    if not os.access(path.parent, os.W_OK):
        raise RunFault(f"the folder `{path.parent}` may not be written in", [], [f"output=/tmp/{path.name}"])
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise RunFault(
            f"`{path}` is the file that is read", ["it would be replaced by its predictions"],
            [f"output={path.with_name(f'{path.stem}_predictions.jsonl')}"],
        )  # fmt: skip
    return path
