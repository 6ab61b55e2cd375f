"""The import of mlflow: in the tracker's thread, quiet, and safe for a training that forks meanwhile."""

# The hooks around a fork of this and of filelock come in pairs, of which only one would run if they were
# registered during a fork.
import concurrent.futures.thread  # noqa: F401
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import filelock  # noqa: F401

WORKER = "haechi-tracking"
"""Start of the name of every thread that talks to MLflow."""

_UPLOAD_SECONDS = 60
_FORK_WAIT_SECONDS = 10.0
_QUIET = {
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # A run talks to the addresses that its config names and to no other.
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
# MLflow's own values, 7 retries of 120 s each, are for programs that would rather wait than lose the server.
_IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "5"}

_set_by_us: set[str] = set()
_upload_lock = threading.Lock()
_import_lock = threading.RLock()
_fork_holds_lock = False


def load_mlflow(server: bool) -> None:
    """Import mlflow (2 to 3 s at first) and keep it from writing to stderr; `server`: it will talk HTTP.

    Variables of the environment that the user has set stay as they are. Raises what the import raises.
    """
    _set_defaults(_QUIET | _IMPATIENT if server else _QUIET)
    with _import_lock:
        # The names below are those that a run needs later: imported here, no fork falls into their import.
        import mlflow.entities
        import mlflow.store.tracking.rest_store
        import mlflow.store.tracking.sqlalchemy_store
        import mlflow.tracking  # noqa: F401
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("urllib3.connectionpool").addFilter(_not_from_a_worker)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"mlflow(\.|$)")


@contextmanager
def patient_uploads() -> Iterator[None]:
    """Give an upload's requests 60 s instead of 5: a server answers when it has stored the whole file.

    The time is MLflow's variable of the environment, hence one upload at a time in a process.
    """
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    if name not in _set_by_us:
        yield
        return
    with _upload_lock:
        os.environ[name] = str(_UPLOAD_SECONDS)
        try:
            yield
        finally:
            os.environ[name] = _IMPATIENT[name]


def _set_defaults(defaults: dict[str, str]) -> None:
    for name, value in defaults.items():
        if name not in os.environ:
            os.environ[name] = value
            _set_by_us.add(name)


def _not_from_a_worker(record: logging.LogRecord) -> bool:
    """Drop urllib3's lines about retries of ours: the tracker reports them itself, once."""
    return not (record.threadName or "").startswith(WORKER)


# A process that is forked while a thread imports a module has that module's lock for ever: its own import of
# it would hang. Data loaders and datasets' workers are forked, so a fork waits until the import is done.
def _before_fork() -> None:
    global _fork_holds_lock
    _fork_holds_lock = _import_lock.acquire(timeout=_FORK_WAIT_SECONDS)


def _after_fork_in_parent() -> None:
    if _fork_holds_lock:
        _import_lock.release()


def _after_fork_in_child() -> None:
    global _import_lock, _upload_lock
    _import_lock, _upload_lock = threading.RLock(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
