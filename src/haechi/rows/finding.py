"""What is found wrong in a row, as the modules on one kind of row hand it to the survey."""

from typing import NamedTuple

from haechi.text import Text


class Finding(NamedTuple):
    """One fault of one row."""

    fault: str
    """Its name, by which rows are counted."""
    shown: Text
    """What it looks like there."""
    kind: str = ""
    """What exactly is wrong: rows of one kind share an example."""
