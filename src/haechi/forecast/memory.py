"""The most memory that this process has had: counted anew for each run of a sweep."""

import re
from contextlib import suppress
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Begin to count; where the system has no such counter, nothing happens."""
    with suppress(OSError):
        # https://www.kernel.org/doc/html/latest/filesystems/proc.html: 5 resets the peak.
        CLEAR.write_text("5")


def peak_bytes() -> int | None:
    """Most resident memory since then; None where that cannot be told."""
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else None
    return None
