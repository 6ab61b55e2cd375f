"""What a table was measured on, and how much memory a process has."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """Cores, processor, memory and versions, in a line."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} x {_processor()}, {pages / 2**30:.0f} GiB, Python {platform.python_version()}, "
        f"torch {version('torch')}, transformers {version('transformers')}"
    )


def _processor() -> str:
    found = Path("/proc/cpuinfo")
    if found.is_file():
        for line in found.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def resident_mib(peak: bool = False) -> float:
    """Resident memory of this process, now or at its peak.

    Linux only. `resource.getrusage` would count the parent's too, as it was when it started this process.
    """
    name = "VmHWM" if peak else "VmRSS"
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
