"""Where things are: the repository's folders, whatever the caller's directory is."""

import os
import uuid
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
SAMPLES = Path(__file__).resolve().parent / "samples"

# One stamp a process: a run's folder and a sweep's folder carry the same one, and two processes
# that start in the same second differ in the last part.
_STAMP = f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{uuid.uuid4().hex[:6]}"


def stamp() -> str:
    """What the names of this process's new folders end in."""
    return _STAMP


def take_stamp(given: str) -> None:
    """Name folders as another process does that works on the same run."""
    global _STAMP
    _STAMP = given


def outputs() -> Path:
    """Folder of everything that runs leave; HAECHI_OUTPUTS moves it, to a scratch disk for example."""
    return Path(os.environ.get("HAECHI_OUTPUTS") or ROOT / "outputs").absolute()


def cache() -> Path:
    """Folder of what can be made again; HAECHI_CACHE moves it.

    Raises:
        RuntimeError: the user has no home folder, and no variable names another one.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    if given := os.environ.get("HAECHI_CACHE"):
        return Path(given).absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    # A relative path is to be ignored.
    return (base if base.is_absolute() else Path.home() / ".cache") / "haechi"


def run_folder(run_dir: str | None, task: str) -> str:
    """The run's folder: `run_dir` relative to the caller, or a new one under outputs/."""
    return str(Path(run_dir).absolute() if run_dir else outputs() / task / _STAMP)


def sweep_folder(task: str, resume: str | None = None) -> str:
    """The sweep's folder: the one that goes on, or a new one; each job gets a numbered folder in it."""
    return str(Path(resume).expanduser().absolute() if resume else outputs() / task / f"sweep_{_STAMP}")


def tiny_folder() -> Path:
    """Folder of the checkpoint that `model=tiny` names."""
    return outputs() / "cache" / "tiny"


def sample_file(name: str) -> str:
    """Path of a file of the embedded data."""
    return str(SAMPLES / name)
