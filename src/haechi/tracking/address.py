"""Where runs are tracked, and how an address is shown; imports nothing of mlflow."""

import contextlib
import re
from pathlib import Path

from haechi.places import outputs

_USERINFO = re.compile(r"://[^/\s]*@")
_SECRET_QUERY = re.compile(r"(?i)([?&](?:password|passwd|pwd|token|secret)=)[^&\s]+")


def tracking_uri(config_uri: str | None, env_uri: str | None) -> str:
    """The store's address: `env_uri` (MLFLOW_TRACKING_URI) wins, then `config_uri`, else our own database.

    The last one is an absolute sqlite:///<outputs>/mlflow.db, whose folder is made: a relative one would
    be another database in every directory that a run is started from.
    """
    given = (env_uri or "").strip() or (config_uri or "").strip()
    return given or own_database()


def own_database() -> str:
    """Address of the database under outputs/."""
    folder = outputs()
    # A folder that cannot be made is reported by the tracker, which never raises.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(folder / 'mlflow.db').as_posix()}"


def display_uri(uri: str) -> str:
    """`uri`, or a text with addresses in it, with `user:password@` and passwords in a query masked."""
    return _SECRET_QUERY.sub(r"\1***", _USERINFO.sub("://***@", uri))


def is_server(uri: str) -> bool:
    """Whether requests over HTTP go to `uri`, so that it may be away or slow."""
    return uri.startswith(("http://", "https://", "databricks"))


def sqlite_file(uri: str) -> Path | None:
    """The file of an sqlite address; None for every other address and for a database in memory."""
    if not re.match(r"sqlite(\+\w+)?:///", uri):
        return None
    path = uri.split(":///", 1)[1].split("?", 1)[0]
    return Path(path).absolute() if path and path != ":memory:" else None


def missing_database(uri: str) -> Path | None:
    """The file of an sqlite address that holds no database yet; None for every other address.

    MLflow makes the tables in whatever file it is asked to read, one by one: who only looks for a run asks
    here first.
    """
    file = sqlite_file(uri)
    return None if file is None or (file.is_file() and file.stat().st_size) else file


def artifact_folder(uri: str, experiment: str) -> Path | None:
    """Folder of an experiment's artifacts beside its database; None for a server, which has its own.

    MLflow's own default for a database is ./mlruns of whatever directory the run is started from.
    """
    if is_server(uri):
        return None
    database = sqlite_file(uri)
    parent = database.parent if database else outputs()
    # Artifacts lie in a folder per run id below, so that two experiments may share this one.
    safe = re.sub(r"[^\w.-]", "_", experiment).strip(".")[:80]
    return parent / "mlartifacts" / (safe or "experiment")
