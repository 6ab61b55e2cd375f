"""Workers whose sweep's process is gone: they end in order, and begin nothing more.

joblib's workers would finish their job, take the next ones from the queue, and then wait for ever, with their
memory and their GPU.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

log = logging.getLogger(__name__)

PROCESS = "HAECHI_SWEEP_PROCESS"
"""Names the process that runs the sweep, by machine and number, to the workers that it starts."""
POLL_SECONDS = 2.0

_watches = False
_working = False


def note_process() -> None:
    """Tell the workers that this process starts from now on which process runs the sweep."""
    os.environ[PROCESS] = f"{_machine()}:{os.getpid()}"


def is_orphaned() -> bool:
    """Whether this is a worker on the machine of a sweep's process, and that is gone."""
    machine, _, process = os.environ.get(PROCESS, "").rpartition(":")
    if machine != _machine():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        pass
    return False


def _machine() -> str:
    """The host, and on Linux which of its containers: they number their processes apart."""
    processes = ""
    with suppress(OSError):
        processes = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()} {processes}"


@contextmanager
def working() -> Iterator[None]:
    """Run a job of a sweep: a process that becomes an orphan is sent SIGTERM, and ends when the job has."""
    global _watches, _working
    _working = True
    if not _watches and os.environ.get(PROCESS, f":{os.getpid()}").rpartition(":")[2] != str(os.getpid()):
        _watches = True
        threading.Thread(target=_watch, name="haechi-orphan", daemon=True).start()
    try:
        yield
    finally:
        _working = False


def _watch() -> None:
    told = False
    while True:
        time.sleep(POLL_SECONDS)
        if not is_orphaned():
            continue
        if not _working:
            os._exit(128 + signal.SIGTERM)
        if not told:
            told = True
            log.warning("the process that ran the sweep is gone: this job ends with a checkpoint")
            os.kill(os.getpid(), signal.SIGTERM)
