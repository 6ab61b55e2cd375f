"""Keeping a second process out of a folder."""

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

    held = FileLock(lock)
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
