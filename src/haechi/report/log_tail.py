"""The last lines of a log, without secrets, colours and progress bars."""

import re
from pathlib import Path

from haechi.preflight.rules.secret_in_config import mask

LINES = 15
_BYTES = 20_000
_LONGEST = 400
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def last_lines(path: Path | None, lines: int = LINES) -> list[str]:
    """The last lines that say something; none where the file cannot be read."""
    if path is None:
        return []
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    # A progress bar writes over itself: what it showed last is what stands behind the last return.
    shown = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    cleaned = [_CONTROL.sub("", mask(line)).rstrip()[:_LONGEST] for line in shown]
    return [line for line in cleaned if line][-lines:]
