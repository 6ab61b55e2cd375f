"""Which GPU a job takes where a launcher runs several beside each other on one machine."""

import os
import tempfile
from pathlib import Path
from typing import Any

DEALS = ("joblib", "SlurmLauncher local")
"""Launchers that start jobs beside each other and leave all GPUs to each of them."""
DRIVER = Path("/proc/driver/nvidia/gpus")
VISIBLE = "CUDA_VISIBLE_DEVICES"

_held: list[Any] = []


def take_gpu(hydra: Any) -> str | None:
    """Take a GPU that no other job of this user has, for as long as this process lives.

    A worker keeps its GPU for all jobs that it runs, since CUDA looks at the variable once. Where there are
    more jobs at a time than GPUs, they share them in turn. The variable must be set before torch looks at it.

    Args:
        hydra: what HydraConfig.get() returns in a job.

    Returns:
        The value of CUDA_VISIBLE_DEVICES that was set; None where there is nothing to deal out.
    """
    launcher = f"{hydra.launcher.get('_target_')} {hydra.launcher.get('cluster')}"
    if not any(name in launcher for name in DEALS) or _held:
        return None
    gpus = visible_gpus()
    if len(gpus) < 2:
        return None
    from filelock import FileLock, Timeout

    for gpu in gpus:
        lock = FileLock(
            Path(tempfile.gettempdir()) / f"haechi_{os.getuid()}_gpu_{gpu.replace('/', '_')}.lock",
            fallback_to_soft=False,
        )
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        _held.append(lock)
        os.environ[VISIBLE] = gpu
        return gpu
    os.environ[VISIBLE] = gpus[int(hydra.job.num) % len(gpus)]
    return os.environ[VISIBLE]


def visible_gpus() -> list[str]:
    """Names of the GPUs that this process may use, without asking torch."""
    given = os.environ.get(VISIBLE)
    if given is not None:
        return [name.strip() for name in given.split(",") if name.strip() not in {"", "-1"}]
    return [str(index) for index in range(len(list(DRIVER.iterdir())))] if DRIVER.is_dir() else []
