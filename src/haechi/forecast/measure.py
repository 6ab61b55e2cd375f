"""What a run takes: its most memory, and the time in which it waited for a processor."""

import re
import sys
from contextlib import suppress
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
SCHEDULER = Path("/proc/self/schedstat")

_measured = 0
"""Runs of this process."""


def is_warm() -> bool:
    """Whether this process has measured a run before; each run asks once."""
    global _measured
    _measured += 1
    return _measured > 1


def reset_peak() -> None:
    """Begin to count, in main memory and on the GPU; a counter that is not there is left out."""
    with suppress(OSError):
        # https://www.kernel.org/doc/html/latest/filesystems/proc.html: 5 resets the peak.
        CLEAR.write_text("5")
    # A process that runs one job after another has used the GPU before; in a fresh one there is no peak yet,
    # and torch, which takes seconds to import, is not there.
    if (torch := sys.modules.get("torch")) is not None and torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()


def peak_bytes() -> int | None:
    """Most resident memory since then; None where that cannot be told."""
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else None
    return None


def waited_seconds() -> float:
    """Seconds in which the main thread could have run and another program did; 0 where nobody counts.

    What it took less this is what it takes where nothing else runs.
    """
    with suppress(OSError, ValueError, IndexError):
        # https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html: the second number, in ns.
        return int(SCHEDULER.read_text().split()[1]) / 1e9
    return 0.0
