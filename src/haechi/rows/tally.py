"""How many rows have a fault, and which are the first."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from haechi.text import Text, join

FIRST = 5


@dataclass
class Tally:
    """Rows with one fault."""

    count: int = 0
    rows: list[int] = field(default_factory=lambda: [])
    """Numbers of the first ones, as far as they are known."""
    shown: Text = field(default_factory=lambda: Text("", ""))
    """What the first one looks like."""
    kinds: dict[str, "Tally"] = field(default_factory=lambda: {})
    """The same rows by what exactly is wrong with them, for the first `FIRST` kinds."""

    def add(self, row: int, shown: Text | None = None) -> None:
        """Count a row; a row is to be given once."""
        if self.count == 0 and shown is not None:
            self.shown = shown
        self.count += 1
        if row and len(self.rows) < FIRST:
            self.rows.append(row)

    def of_kind(self, kind: str) -> "Tally | None":
        """The tally of one kind of the fault; None where that many kinds are known already."""
        if kind not in self.kinds and len(self.kinds) >= FIRST:
            return None
        return self.kinds.setdefault(kind, Tally())

    def notes(self, path: str) -> list[Text]:
        """A line for each kind: where its first rows are, and what the first of them looks like."""
        return [join(": ", [item.place(path), item.shown]) for item in self.kinds.values() or [self]]

    def place(self, path: str) -> Text:
        """Where the first ones are: `row 3, 7, ... of dev.csv`."""
        if not self.rows:
            return Text(f"in {path}", f"파일 {path}")
        return Text(f"row {self._numbers} of {path}", f"{path}의 {self._numbers}행")

    @property
    def rows_named(self) -> Text:
        """The first ones before what is said of them: `row 3, 7, ...: `; nothing where they are not known."""
        return Text(f"row {self._numbers}: ", f"{self._numbers}행: ") if self.rows else Text("", "")

    @property
    def _numbers(self) -> str:
        return ", ".join(map(str, self.rows)) + (", ..." if self.count > len(self.rows) else "")


class Tallies(defaultdict[str, Tally]):
    """Tallies by the name of the fault; one that never occurred is empty."""

    def __init__(self) -> None:
        super().__init__(Tally)


def printable(text: str, length: int = 60) -> str:
    """A text of a file as it can be shown: one line, not endless, no half characters."""
    text = text if len(text) <= length else f"{text[: length - 3]}..."
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def visible(label: str) -> str:
    """A label in which nothing is hidden: escapes for what cannot be seen, and quotes where it matters."""
    shown = printable(label)
    if not unicodedata.is_normalized("NFC", label):
        # In parts it would look like the label as a whole.
        shown = printable(label.encode("unicode_escape").decode())
    plain = shown == label and label == " ".join(label.split())
    return shown if plain and label else f'"{shown}"'
