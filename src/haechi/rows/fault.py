"""What can be wrong with a data file, as an exception that carries facts instead of prose."""

from enum import Enum

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


def malformed(path: object, en: str, ko: str) -> FileFault:
    """A file whose content cannot be taken for rows."""
    return FileFault(Kind.malformed, str(path), Text(en, ko))
