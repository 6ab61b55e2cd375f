"""What can be wrong with a data file, as an exception that carries facts instead of prose."""

from enum import Enum
from typing import Any

from haechi.text import Text


class Kind(Enum):
    """Kinds of faults; each has a rule in `preflight/rules`."""

    missing = "missing"
    encoding = "encoding"
    malformed = "malformed"
    columns = "columns"
    empty = "empty"
    format = "format"


class FileFault(Exception):
    """A data file cannot be read as the config says.

    Args:
        kind: what is wrong.
        path: the file.
        message: the fault in lower case, without the path.
        fixes: overrides, each a list, that would read the file.
        setting: the config key that is at odds with the file, if there is one.
    """

    def __init__(
        self,
        kind: Kind,
        path: str,
        message: Text,
        fixes: list[list[str]] | None = None,
        setting: str | None = None,
    ) -> None:
        super().__init__(f"{path}: {message}")
        self.kind = kind
        self.path = path
        self.message = message
        self.fixes = fixes or []
        self.setting = setting


class CellFault(FileFault):
    """A cell holds what the task cannot use; the other rows of its file may be in order.

    Args:
        kind: what is wrong.
        path: the file.
        row: number of the row in its file, from 1; 0 where it is not known.
        what: the fault with the name of the column, without the row.
        setting: the config key of the column.
    """

    def __init__(self, kind: Kind, path: str, row: int, what: Text, setting: str | None) -> None:
        place = Text(f"row {row}: ", f"{row}행: ") if row else Text("", "")
        super().__init__(kind, path, Text(f"{place}{what}", f"{place.ko}{what.ko}"), setting=setting)
        self.row = row
        self.what = what

    def at(self, row: int) -> "CellFault":
        """The same fault of a row whose message tells the place already."""
        self.row = row
        return self


def malformed(path: object, en: str, ko: str) -> FileFault:
    """A file whose content cannot be taken for rows."""
    return FileFault(Kind.malformed, str(path), Text(en, ko))


class BrokenRow(dict[str, Any]):
    """Stands for a row that cannot be read, where the rest of its file is wanted all the same."""

    def __init__(self, fault: FileFault) -> None:
        """It has no values; `fault` is what is wrong."""
        super().__init__()
        self.fault = fault
