"""What this machine is, and how much memory it has left; without torch."""

import functools
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import time
from contextlib import suppress
from pathlib import Path

NVIDIA = Path("/proc/driver/nvidia")
MEBIBYTE = 2**20
SECONDS = 5
LOAD = Path("/proc/loadavg")
LOOKS, SECONDS_BETWEEN_LOOKS = 8, 0.004
CGROUPS = (
    ("memory.max", "memory.current", Path("/sys/fs/cgroup")),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", Path("/sys/fs/cgroup/memory")),
)


@functools.cache
def has_gpu() -> bool:
    """Whether a run trains on a GPU: a driver, a torch that can use it, and none that is hidden."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"} or not NVIDIA.exists():
        return False
    with suppress(importlib.metadata.PackageNotFoundError):
        return "+cpu" not in importlib.metadata.version("torch") and _gpu_memory() is not None
    return False


def threads() -> int:
    """Threads that torch will compute with."""
    typed = os.environ.get("OMP_NUM_THREADS", "")
    if typed.isdecimal() and int(typed):
        return int(typed)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@functools.cache
def name() -> str:
    """What sets this machine apart from others that share a home folder."""
    model = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line for line in lines if line.startswith("model name")), "")
    parts = (platform.node(), platform.machine(), model, str(os.cpu_count()), str(has_gpu()))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@functools.cache
def load_factor() -> float:
    """How much longer a run takes by what else keeps the processors busy now; 1 where nothing does.

    Asked for the first time it takes 0.03 s. The load average would not do: it has yet to forget what ended
    a minute ago.
    """
    try:
        busy = _others_running()
    except (OSError, ValueError, IndexError):
        return 1.0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1.0, (busy + min(threads(), cores)) / cores)


def _others_running() -> float:
    """Threads that run or could, this one left out; the mean of a few looks."""
    found: list[int] = []
    for _ in range(LOOKS):
        # https://www.kernel.org/doc/html/latest/filesystems/proc.html: the fourth field is `runnable/all`.
        found.append(int(LOAD.read_text(encoding="ascii").split()[3].partition("/")[0]))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return max(sum(found) / len(found) - 1, 0.0)


def available() -> int | None:
    """Bytes that a run may take: of the GPU's memory, or of main memory and swap within the limits of a
    container. None where that cannot be told."""
    if has_gpu():
        return _gpu_memory()
    found = [
        amount for amount in (_main_memory(), *map(_left_in_group, *zip(*CGROUPS, strict=True))) if amount
    ]
    return min(found, default=None)


def _main_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        amounts = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines if ":" in line}
        return amounts["MemAvailable"] + amounts.get("SwapFree", 0)
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _left_in_group(limit: str, usage: str, folder: Path) -> int | None:
    """What a container's limit leaves; what is cached of files counts as used, and can be had."""
    try:
        most = int((folder / limit).read_text())
        used = int((folder / usage).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        cached = int(stat.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
    return max(most - used + cached, 0)


@functools.cache
def _gpu_memory() -> int | None:
    """Free bytes of the first visible GPU."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "").partition(",")[0]
    chosen = ["-i", first] if first else []
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits", *chosen],
            capture_output=True, text=True, timeout=SECONDS, check=True,
        )  # fmt: skip
        return int(done.stdout.split()[0]) * MEBIBYTE
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
