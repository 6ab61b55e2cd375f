"""One run on one MLflow store, by explicit ids: no active run, no global address."""

import contextlib
import getpass
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from haechi.alone import alone
from haechi.tracking.address import artifact_folder, display_uri, missing_database, sqlite_file
from haechi.tracking.outbox import Ending, Point

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

_Item = TypeVar("_Item")
MOST_POINTS = 1000
"""Values of metrics that one request takes."""
_MOST_PARAMS = 100
_MOST_BYTES = 500_000  # of the 1,000,000 that a server takes in one request
_LOCK_SECONDS = 120
_REASONS = {
    "Connection refused": "connection refused",
    "timed out": "no answer in time",
    "timeout": "no answer in time",
    "NameResolutionError": "its name is not known",
    "Name or service not known": "its name is not known",
    "database is locked": "the database is locked",
    "No space left": "no space left on the disk",
}

# Lets MLflow's pages open on runs and metrics; without it they show what is for prompts and agents.
_KIND = {"mlflow.experimentKind": "custom_model_development"}


class Refused(Exception):
    """What was given cannot be stored, whatever the store."""


@dataclass(frozen=True)
class Connection:
    """An MLflow run that has been created. Every method blocks and raises what mlflow raises."""

    client: "MlflowClient"
    experiment_id: str
    run_id: str
    goes_on: bool = False
    """Whether the run was there before."""
    params: frozenset[str] = frozenset()
    """Names of the parameters that it had then."""
    has_model: bool = False
    """Whether a model was logged for it then."""

    def send_params(self, params: Sequence[tuple[str, str]]) -> None:
        """Store parameters, in as many requests as they need."""
        from mlflow.entities import Param

        for chunk in _chunks(params, _MOST_PARAMS, _pair_length):
            self._send(params=[Param(name, value) for name, value in chunk])

    def send_tags(self, tags: Sequence[tuple[str, str]]) -> None:
        """Set tags, in as many requests as they need."""
        from mlflow.entities import RunTag

        for chunk in _chunks(tags, _MOST_PARAMS, _pair_length):
            self._send(tags=[RunTag(name, value) for name, value in chunk])

    def send_points(self, points: Sequence[Point]) -> None:
        """Store values of metrics, in as many requests as they need; a second time changes nothing."""
        from mlflow.entities import Metric

        for chunk in _chunks(points, MOST_POINTS, lambda point: len(point.name)):
            self._send(metrics=[Metric(p.name, p.value, p.time_ms, p.step) for p in chunk])

    def send_file(self, path: Path, folder: str) -> None:
        """Store a file, or a folder under its own name, under `folder` of the artifacts."""
        self.client.log_artifact(self.run_id, str(path), folder or None)

    def end(self, ending: Ending) -> None:
        """Set the run's status and end."""
        self.client.set_terminated(self.run_id, ending.status, ending.time_ms)

    def _send(self, **batch: Sequence[object]) -> None:
        # synchronous is said since MLFLOW_ENABLE_ASYNC_LOGGING would return before anything is known.
        self.client.log_batch(self.run_id, synchronous=True, **batch)  # pyright: ignore[reportArgumentType]


def connect(uri: str, experiment: str, run_name: str, tags: Mapping[str, str], start_ms: int) -> Connection:
    """Create the run, and the database and the experiment if there are none.

    Takes 1 to 9 s for a new sqlite file. Raises what mlflow raises, RuntimeError for a deleted experiment
    that cannot be restored, and RunFault if another process makes the database for 120 s.
    """
    from mlflow.tracking import MlflowClient

    with whole_database(uri):
        client = MlflowClient(uri)
        experiment_id = _experiment(client, uri, experiment)
    run = client.create_run(experiment_id, start_ms, _source() | dict(tags), run_name)
    return Connection(client, experiment_id, run.info.run_id)


def go_on(uri: str, run_id: str, tags: Mapping[str, str]) -> Connection | None:
    """Take up a run that is there; None where it is not, or was deleted. Raises what mlflow raises."""
    from mlflow.tracking import MlflowClient

    if missing_database(uri):
        return None
    client = MlflowClient(uri)
    try:
        run = client.get_run(run_id)
    except Exception as error:
        if getattr(error, "error_code", None) != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None
    info = run.info
    if info.lifecycle_stage != "active":
        return None
    client.update_run(run_id, status="RUNNING")
    connection = Connection(
        client, info.experiment_id, run_id, goes_on=True, params=frozenset(run.data.params),
        has_model=_has_model(client, run),
    )  # fmt: skip
    connection.send_tags(list(tags.items()))
    return connection


def _has_model(client: "MlflowClient", run: "Run") -> bool:
    """Whether one of the run's models is whole."""
    logged = run.outputs.model_outputs if run.outputs else []
    return any(str(client.get_logged_model(item.model_id).status) == "READY" for item in logged)


def find(uri: str, experiment: str, run_dir: str) -> str | None:
    """The run that was created for a folder whose process was ended before it could note the run's id."""
    from mlflow.tracking import MlflowClient

    if missing_database(uri):
        return None
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    if found is None or "'" in run_dir:
        return None
    runs = client.search_runs([found.experiment_id], f"tags.run_dir = '{run_dir}'", max_results=1)
    return str(runs[0].info.run_id) if runs else None


def send_accepted(send: Callable[[Sequence[_Item]], None], items: Sequence[_Item]) -> list[_Item]:
    """Send `items`; return those that the store refuses, found by halving, while the others are stored."""
    try:
        send(items)
    except Exception as error:
        if not is_refusal(error):
            raise
        if len(items) == 1:
            return list(items)
        half = len(items) // 2
        return send_accepted(send, items[:half]) + send_accepted(send, items[half:])
    return []


def is_refusal(error: Exception) -> bool:
    """Whether the store is there and refuses what it was sent; else it is away, or the run is gone."""
    # A run that was deleted meanwhile is refused with the same code, whatever is sent.
    if isinstance(error, Refused):
        return True
    invalid = getattr(error, "error_code", None) == "INVALID_PARAMETER_VALUE"
    return invalid and "must be in the 'active' state" not in str(error)


def reason(error: Exception) -> str:
    """Why a call failed, in a few words without passwords."""
    text = str(error)
    for sign, words in _REASONS.items():
        if sign in text:
            return words
    first = re.sub(r"\s+", " ", display_uri(text)).strip().rstrip(".")
    return (first[:200] + "...") if len(first) > 200 else first or type(error).__name__


def _experiment(client: "MlflowClient", uri: str, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is None:
        folder = artifact_folder(uri, name)
        try:
            return client.create_experiment(name, folder.as_uri() if folder else None, tags=_KIND)
        except Exception as error:
            # Another process was faster.
            if getattr(error, "error_code", None) != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)
    if found is None:
        raise RuntimeError(f"the experiment {name} exists and cannot be read")
    if found.lifecycle_stage == "deleted":
        try:
            client.restore_experiment(found.experiment_id)
        except Exception as error:
            raise RuntimeError(f"the experiment {name} is deleted and cannot be restored: {error}") from error
    return found.experiment_id


@contextlib.contextmanager
def whole_database(uri: str) -> Iterator[None]:
    """Have a whole sqlite database, and keep other processes away meanwhile: two at once would spoil it."""
    file = sqlite_file(uri)
    if file is None:
        yield
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with alone(Path(f"{file}.lock"), "another process makes the database", _LOCK_SECONDS):
        if missing_database(uri):
            _create_database(uri, file)
        yield


def _create_database(uri: str, file: Path) -> None:
    """Create the tables aside and rename the file.

    MLflow makes some fifty tables, one by one. A process that is killed meanwhile would leave a database
    that MLflow neither completes nor reads.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    aside = Path(f"{file}.new")  # a folder, since sqlite keeps its journal beside the file
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    driver, query = uri.partition(":///")[0], uri.partition("?")[1:]
    # The second argument is MLflow's own default, where the experiment "Default" keeps its artifacts.
    store = SqlAlchemyStore(f"{driver}:///{aside / file.name}{''.join(query)}", "./mlruns")
    store.engine.dispose()
    (aside / file.name).replace(file)
    shutil.rmtree(aside, ignore_errors=True)


def _source() -> dict[str, str]:
    """Who runs what, as the columns User and Source of MLflow's page."""
    tags = {"mlflow.source.name": sys.argv[0] or "python", "mlflow.source.type": "LOCAL"}
    # A container's user may have no name.
    with contextlib.suppress(Exception):
        tags["mlflow.user"] = getpass.getuser()
    return tags


def _chunks(items: Sequence[_Item], most: int, length: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """`items` in chunks that one request may hold; `length` counts an item's characters."""
    chunk: list[_Item] = []
    size = 0
    for item in items:
        # JSON writes a Hangul syllable with six bytes, and the field names come on top.
        weight = 6 * length(item) + 80
        if chunk and (len(chunk) == most or size + weight > _MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += weight
    if chunk:
        yield chunk


def _pair_length(pair: tuple[str, str]) -> int:
    return len(pair[0]) + len(pair[1])
