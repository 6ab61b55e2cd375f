"""One process at a time: in a folder, or at a file that is being made."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haechi.fault import RunFault

log = logging.getLogger(__name__)


@contextmanager
def alone(lock: Path, said: str, seconds: float = 0.0) -> Iterator[None]:
    """Hold a lock, which is freed when the process ends, however it ends.

    Args:
        lock: the lock's file.
        said: what is the matter where another process holds it.
        seconds: how long it is waited for: children of a process that was killed may hold it for a while.

    Raises:
        RunFault: another process holds it.
    """
    from filelock import FileLock, Timeout

    # Where a file system has no locks, filelock would leave a marker that no other host ever removes.
    held = FileLock(lock, fallback_to_soft=False)
    try:
        held.acquire(timeout=seconds)
    except Timeout as error:
        raise RunFault(said) from error
    except (OSError, NotImplementedError) as error:
        # A file system without locks, or a full disk: that is said where something is written.
        log.debug("no lock at %s: %s", lock, error)
    try:
        yield
    finally:
        held.release()


def is_held(lock: Path) -> bool:
    """Whether another process holds a lock; of a place that takes no locks nobody knows."""
    from filelock import FileLock, Timeout

    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0, fallback_to_soft=False):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False
