"""tracking=mlflow: a run only puts things into an outbox, and a thread brings them to MLflow."""

import contextlib
import logging
import time as clock
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from haechi.tracking.address import display_uri, is_server, own_database
from haechi.tracking.connection import reason
from haechi.tracking.delivery import Delivery
from haechi.tracking.memory import RunMemory
from haechi.tracking.names import metric_name
from haechi.tracking.outbox import Ending, Outbox, Point, WaitingFile, WaitingModel
from haechi.tracking.tracker import RunStatus

_STATUS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
_LONGEST_PARAM = 6000
_LONGEST_TAG = 8000
_HEALTHY_SECONDS = 30.0
_FAILING_SECONDS = 5.0
_MODEL_BYTES_PER_SECOND = 20e6

_log = logging.getLogger(__name__)


class MlflowTracker:
    """Keeps a run in MLflow; every method returns at once (`finish`: within seconds) and none raises.

    A server that is away for a while gets what it has missed, at the latest when the run finishes.
    """

    def __init__(
        self,
        uri: str,
        experiment: str,
        run_name: str,
        tags: Mapping[str, str] | None = None,
        models: bool = True,
        memory: RunMemory | None = None,
        parent: RunMemory | None = None,
    ) -> None:
        """A tracker of one run in the store at `uri`; `models`: whether `log_model` is to do anything.

        `memory`: where the id of the MLflow run is kept; `parent`: where that of its sweep is.
        """
        self._uri, self._experiment, self._run_name = uri, experiment, run_name
        self._config_tags = dict(tags or {})
        self._models = models
        self._memory, self._parent = memory, parent
        self._outbox = Outbox()
        self._delivery: Delivery | None = None
        self._finished = False

    @property
    def run_id(self) -> str | None:
        """The MLflow run's id once the thread has created the run, else None."""
        connection = self._delivery and self._delivery.connection
        return connection.run_id if connection else None

    def start(
        self, params: Mapping[str, object], tags: Mapping[str, str], began: float | None = None
    ) -> None:
        """Begin the run; `tags` win over the config's. A second call does nothing.

        `began`: when, in seconds since the epoch; None is now.
        """
        with self._safely("the start"):
            if self._delivery:
                return
            self._outbox.params = self._pairs(params, "parameter", _LONGEST_PARAM)
            self._outbox.tags = self._pairs(self._config_tags | dict(tags), "tag", _LONGEST_TAG)
            # urllib3 1.26 and dateutil bring six, whose importer takes module locks while it holds Python's
            # global one: two threads that import at once can wait for each other for ever. Not once six's
            # modules are there, so they are imported here, before the thread begins to import mlflow.
            import dateutil.tz  # noqa: F401
            import requests  # noqa: F401

            delivery = Delivery(
                self._uri, self._experiment, self._run_name, _milliseconds(began), self._outbox, self._memory,
                self._parent,
            )  # fmt: skip
            delivery.wake()
            delivery.start()
            self._delivery = delivery

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Keep tags that become known during the run."""
        with self._safely("tags"):
            self._outbox.add_tags(self._pairs(tags, "tag", _LONGEST_TAG))
            self._wake()

    def log_metrics(self, metrics: Mapping[str, float], step: int, time: float) -> None:
        """Keep a point; values that are no numbers are left out."""
        with self._safely("a point"):
            points = [
                Point(metric_name(str(name)), value, int(step), _milliseconds(time))
                for name, given in metrics.items()
                if (value := _number(given)) is not None
            ]
            self._outbox.add_points(points)
            if self._delivery:
                self._delivery.begin()
            self._wake()

    def log_files(self, paths: Sequence[Path], folder: str = "") -> None:
        """Keep files or folders, which are read later, under `folder` of the artifacts."""
        with self._safely("files"):
            for path in paths:
                self._outbox.add_upload(WaitingFile(Path(path).absolute(), folder))
            self._wake()

    def log_model(
        self,
        folder: Path,
        sample_input: Sequence[Mapping[str, object]],
        sample_output: Sequence[Mapping[str, object]],
    ) -> None:
        """Keep a pyfunc model with signature as the run's `model`, unless tracking.log_model is off."""
        with self._safely("the model"):
            if not self._models:
                return
            folder = Path(folder).absolute()
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            self._outbox.add_upload(WaitingModel(folder, list(sample_input), list(sample_output), size))
            self._wake()

    def finish(self, status: RunStatus, ended: float | None = None) -> None:
        """End the run and wait for the thread: up to 30 s, longer only for a large model (20 MB/s).

        `ended`: when, in seconds since the epoch; None is now. A store that has failed, or a server that
        needs more than 5 s for an answer, gets 5 s in all. A second call does nothing.
        """
        with self._safely("the end"):
            if self._finished or not (delivery := self._delivery):
                return
            self._finished = True
            self._outbox.ending = Ending(_STATUS[status], _milliseconds(ended))
            delivery.hurry()
            began = clock.monotonic()
            while not delivery.wait(0.05):
                patience = _FAILING_SECONDS if delivery.is_failing() else self._healthy_seconds()
                if clock.monotonic() - began > patience:
                    delivery.why = delivery.why or "no answer in time"
                    break

    def trouble(self) -> str | None:
        """None, or one sentence: what did not reach the store and why."""
        sentences = self._outbox.notes()
        if (delivery := self._delivery) and (why := delivery.why or self._too_late(delivery)):
            left = [*([] if delivery.connection else ["the run"]), *self._outbox.contents()]
            if left:
                sentences.insert(0, f"{', '.join(left)} did not reach {display_uri(self._uri)}: {why}")
        return "; ".join(sentences) or None

    def where(self) -> str:
        """How to see the run: a command for a database, the run's page for a server."""
        shown = display_uri(self._uri).rstrip("/")
        if is_server(self._uri):
            connection = self._delivery and self._delivery.connection
            if not connection or not shown.startswith("http"):
                return shown
            return f"{shown}/#/experiments/{connection.experiment_id}/runs/{connection.run_id}"
        if self._uri == own_database():
            return "make ui, then http://127.0.0.1:5000"
        return f"mlflow ui --backend-store-uri '{shown}', then http://127.0.0.1:5000"

    def _wake(self) -> None:
        if self._delivery:
            self._delivery.wake()

    def _healthy_seconds(self) -> float:
        return _HEALTHY_SECONDS + self._outbox.model_bytes() / _MODEL_BYTES_PER_SECOND

    def _too_late(self, delivery: Delivery) -> str | None:
        return "tracking had ended already" if delivery.wait(0) else None

    def _pairs(self, values: Mapping[str, object], what: str, longest: int) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        for name, value in values.items():
            text = str(value)
            if len(text) > longest:
                self._outbox.note(f"the {what} {name} was cut to {longest} of {len(text)} characters")
            pairs.append((metric_name(str(name)), text[:longest]))
        return pairs

    @contextlib.contextmanager
    def _safely(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            _log.debug("tracking: %s", what, exc_info=True)
            self._outbox.note(f"{what} could not be kept: {reason(error)}")


def _milliseconds(seconds: float | None = None) -> int:
    """MLflow's timestamp, which may not be negative, of `seconds` since the epoch or of now."""
    return max(0, round((clock.time() if seconds is None else seconds) * 1000))


def _number(value: object) -> float | None:
    try:
        return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return None
