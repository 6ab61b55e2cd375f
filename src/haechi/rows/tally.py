"""How many rows have a fault, and which are the first."""

from collections import defaultdict
from dataclasses import dataclass, field

from haechi.text import Text

FIRST = 5


@dataclass
class Tally:
    """Rows with one fault."""

    count: int = 0
    rows: list[int] = field(default_factory=lambda: [])
    """Numbers of the first ones, as far as they are known."""
    shown: Text = field(default_factory=lambda: Text("", ""))
    """What the first one looks like."""

    def add(self, row: int, shown: Text | None = None) -> None:
        """Count a row."""
        if self.count == 0 and shown is not None:
            self.shown = shown
        self.count += 1
        if row and len(self.rows) < FIRST:
            self.rows.append(row)

    def place(self, path: str) -> Text:
        """Where the first ones are: `row 3, 7, ... of dev.csv`."""
        if not self.rows:
            return Text(f"in {path}", f"파일 {path}")
        numbers = ", ".join(map(str, self.rows)) + (", ..." if self.count > len(self.rows) else "")
        return Text(f"row {numbers} of {path}", f"{path}의 {numbers}행")


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
