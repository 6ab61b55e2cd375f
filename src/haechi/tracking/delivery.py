"""The tracker's thread: it takes from the outbox what a run has put in and brings it to MLflow."""

import contextlib
import logging
import sys
import threading
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from haechi.tracking.address import display_uri, is_server, sqlite_file
from haechi.tracking.connection import (
    MOST_POINTS,
    Connection,
    connect,
    find,
    go_on,
    is_refusal,
    reason,
    send_accepted,
)
from haechi.tracking.loading import WORKER, load_mlflow, patient_uploads
from haechi.tracking.memory import RunMemory
from haechi.tracking.model import log_model
from haechi.tracking.names import metric_name
from haechi.tracking.outbox import Outbox, WaitingFile, WaitingModel

_Item = TypeVar("_Item")
_MOST_FAILURES = 3
_PAUSE_SECONDS = 1.0
_RETRY_SECONDS = 5.0
_SLOW_SECONDS = 5.0
HEAD_START_SECONDS = 10.0
"""How long a run may import and build before mlflow is imported beside it, which would slow both."""

PARENT = "mlflow.parentRunId"
"""The tag by which MLflow's pages put a run below another."""

_log = logging.getLogger(__name__)


class Delivery(threading.Thread):
    """Imports mlflow, creates database, experiment and run, and about once a second sends what waits.

    It begins with the first metrics of the run, or after 10 s: the import takes the interpreter from a run
    that is still importing and building itself.

    What a store does not take stays in the outbox. After three failing requests in a row the thread stops
    trying, until the outbox has an ending: then everything is tried once more and the thread ends.
    """

    def __init__(
        self,
        uri: str,
        experiment: str,
        run_name: str,
        start_ms: int,
        outbox: Outbox,
        memory: RunMemory | None = None,
        parent: RunMemory | None = None,
    ) -> None:
        """The delivery of one run's `outbox` to the store at `uri`; `start_ms`: when the run began.

        `memory`: where the run's id is kept, so that a training that is resumed goes on in the same run.
        `parent`: where the id of its sweep's run is kept, once there is one.
        """
        super().__init__(name=WORKER, daemon=True)
        self.connection: Connection | None = None
        self.why: str | None = None
        """Why the last failing call failed; None again when everything has been delivered."""
        self._uri, self._experiment, self._run_name = uri, experiment, run_name
        self._start_ms = start_ms
        self._outbox = outbox
        self._memory, self._parent = memory, parent
        self._wake, self._hurry, self._done = threading.Event(), threading.Event(), threading.Event()
        self._begun = threading.Event()
        self._failures = {"requests": 0, "uploads": 0}
        self._request_began: float | None = None

    def wake(self) -> None:
        """Say that the outbox has something new."""
        self._wake.set()

    def begin(self) -> None:
        """Say that the run's steps have begun, so that the thread no longer stands in their way."""
        self._begun.set()

    def hurry(self) -> None:
        """Say that the outbox has an ending."""
        self._hurry.set()
        self._begun.set()
        self._wake.set()

    def wait(self, seconds: float) -> bool:
        """Whether the thread is done, after `seconds` at most."""
        return self._done.wait(seconds)

    def is_failing(self) -> bool:
        """Whether the last call failed, or a store elsewhere has not answered the present one for 5 s."""
        began = self._request_began
        remote = sqlite_file(self._uri) is None
        slow = remote and began is not None and clock.monotonic() - began > _SLOW_SECONDS
        return slow or any(self._failures.values())

    def run(self) -> None:
        """Deliver until the run has ended; the thread's body."""
        try:
            if "mlflow.tracking" not in sys.modules:
                self._begun.wait(HEAD_START_SECONDS)
            ended = False
            while not ended:
                self._wake.wait()
                self._wake.clear()
                # Read before anything is sent: all that came before the end is sent by this last delivery.
                ended = self._outbox.ending is not None
                if ended or self._failures["requests"] < _MOST_FAILURES:
                    self._deliver(ended)
                    # Points gather meanwhile, so that a run that logs every step does not share the
                    # interpreter with as many requests; and a server that restarts gets some time.
                    self._hurry.wait(_RETRY_SECONDS if self._failures["requests"] else _PAUSE_SECONDS)
        finally:
            self._done.set()

    def _deliver(self, ended: bool) -> None:
        try:
            connection = self.connection or self._connect()
            self._send_parent(connection)
            self._send_params(connection)
            self._send_tags(connection)
            self._send_points(connection)
            if ended and (ending := self._outbox.ending):
                # Ahead of the uploads: whatever becomes of these, the run has ended as it did.
                with self._counting("requests"):
                    connection.end(ending)
                self._outbox.ending = None
            self._send_uploads(connection, ended)
            if not self._outbox.contents():
                self.why = None
        except Exception as error:
            _log.debug("tracking: a request failed", exc_info=True)
            self.why = reason(error)
            if self._failures["requests"] == _MOST_FAILURES and not ended:
                notice = "tracking: %s takes nothing (%s); the run goes on, and it is tried again at the end"
                _log.warning(notice, display_uri(self._uri), self.why)

    def _connect(self) -> Connection:
        try:
            load_mlflow(is_server(self._uri))
        except Exception:
            self._failures["requests"] += 1
            raise
        with self._counting("requests"):
            tags = dict(self._outbox.tags)
            known = self._known_run(tags)
            connection = go_on(self._uri, known, tags) if known else None
            if connection is None:
                connection = connect(self._uri, self._experiment, self._run_name, tags, self._start_ms)
            self.connection = connection
        self._outbox.tags = []
        if connection.goes_on:
            # What is there is of the start, which was judged equal; MLflow refuses another value.
            self._outbox.params = [pair for pair in self._outbox.params if pair[0] not in connection.params]
        if self._memory:
            self._memory.keep(self._uri, connection.run_id)
        return connection

    def _known_run(self, tags: Mapping[str, str]) -> str | None:
        """The run that this one goes on with."""
        if self._memory is None or not self._memory.resumes:
            return None
        known = self._memory.run_id(self._uri)
        return known or find(self._uri, self._experiment, tags.get(metric_name("run_dir"), ""))

    def _send_parent(self, connection: Connection) -> None:
        """Say which sweep the run is a job of, once the sweep's own run is there."""
        if self._parent and (parent := self._parent.run_id(self._uri)):
            with self._counting("requests"):
                connection.send_tags([(PARENT, parent)])
            self._parent = None

    def _send_params(self, connection: Connection) -> None:
        if params := self._outbox.params:
            refused = self._send(connection.send_params, params)
            self._outbox.params = []
            self._note_refused("parameters", [name for name, _ in refused])

    def _send_tags(self, connection: Connection) -> None:
        if tags := self._outbox.late_tags():
            refused = self._send(connection.send_tags, tags)
            self._outbox.drop_tags(len(tags))
            self._note_refused("tags", [name for name, _ in refused])

    def _send_points(self, connection: Connection) -> None:
        while points := self._outbox.first_points(MOST_POINTS):
            refused = self._send(connection.send_points, points)
            self._outbox.drop_points(len(points))
            self._note_refused("metrics", [point.name for point in refused])

    def _send(self, send: Callable[[Sequence[_Item]], None], items: Sequence[_Item]) -> list[_Item]:
        with self._counting("requests"):
            return send_accepted(send, items)

    def _note_refused(self, what: str, names: Sequence[str]) -> None:
        if names:
            self._outbox.note(f"the store refused the {what} {', '.join(sorted(set(names)))}")

    def _send_uploads(self, connection: Connection, ended: bool) -> None:
        """Send each file once when it comes and, if that failed, once more at the end."""
        self._failures["uploads"] = 0
        for item in self._outbox.uploads():
            if item.tried and not ended:
                continue
            if self._failures["uploads"] >= _MOST_FAILURES:
                return
            item.tried = True
            try:
                with self._counting("uploads"), patient_uploads():
                    self._upload(connection, item)
            except Exception as error:
                # An artifact store may be away while the tracking server is there.
                _log.debug("tracking: an upload failed", exc_info=True)
                self.why = reason(error)
            else:
                self._outbox.drop_upload(item)

    def _upload(self, connection: Connection, item: WaitingFile | WaitingModel) -> None:
        try:
            if isinstance(item, WaitingFile):
                connection.send_file(item.path, item.folder)
            else:
                log_model(connection, item.folder, item.sample_input, item.sample_output)
        except Exception as error:
            path = item.path if isinstance(item, WaitingFile) else item.folder
            if path.exists() and not is_refusal(error):
                raise
            why = reason(error) if path.exists() else "it is not there any more"
            self._outbox.note(f"{path} was not kept: {why}")

    @contextlib.contextmanager
    def _counting(self, lane: Literal["requests", "uploads"]) -> Iterator[None]:
        """Count failures in a row; keep when a request began, for `finish` to see that a server is slow."""
        if lane == "requests":
            self._request_began = clock.monotonic()
        try:
            yield
        except Exception:
            self._failures[lane] += 1
            raise
        else:
            self._failures[lane] = 0
        finally:
            self._request_began = None
