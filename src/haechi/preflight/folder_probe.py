"""Does a folder take a run's files?"""

import os
import shutil
from pathlib import Path

from haechi.text import Text

LEAST_SPACE = 8_000_000
"""Bytes of the smallest run: its logs, MLflow's database and the tiny checkpoint."""


def refusal(folder: Path) -> tuple[Path, Text] | None:
    """The nearest folder that exists, and why it takes nothing; None where it does.

    Args:
        folder: need not exist.
    """
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        found = _refusal(existing)
    except OSError as error:  # a name that is too long, a folder that may not be entered
        return folder, Text(f"is refused ({error.strerror})", f"거절되었습니다 ({error.strerror})")
    return None if found is None else (existing, found)


def _refusal(existing: Path) -> Text | None:
    if not existing.is_dir():
        return Text("is a file", "파일입니다")
    if not (os.access(existing, os.W_OK | os.X_OK) and _takes_a_file(existing)):
        return Text("cannot be written", "쓸 수 없습니다")
    free = shutil.disk_usage(existing).free
    if free < LEAST_SPACE:
        return Text(f"has only {free / 1e6:.1f} MB left", f"남은 공간이 {free / 1e6:.1f} MB뿐입니다")
    return None


def _takes_a_file(folder: Path) -> bool:
    """Whether a file can be made there: root may pass every permission and still meet a read-only disk."""
    probe = folder / f".haechi_{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
