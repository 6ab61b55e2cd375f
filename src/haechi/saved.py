"""Where a run has left its model, or why it has left none."""

import json
from pathlib import Path
from typing import Any

from haechi import places
from haechi.fault import RunFault

MODEL, DESCRIPTION, CONFIG, RESULTS = "model", "haechi.json", "config.yaml", "results.json"
SHOWN = 5


def find_model(given: str) -> Path:
    """The model's folder of a run: of its folder, or given itself.

    Raises:
        RunFault: there is none.
    """
    folder = Path(given).expanduser()
    if (folder / DESCRIPTION).is_file():
        return folder
    model = folder / MODEL
    if (model / DESCRIPTION).is_file():
        return model
    raise _no_model(folder)


def find_run(given: str) -> Path:
    """A run's folder, given as such or by its model's folder.

    Raises:
        RunFault: there is no such folder.
    """
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise _no_folder(folder)
    inside = folder.name == MODEL and (folder.parent / CONFIG).is_file()
    return folder.absolute().parent if inside else folder.absolute()


def read_results(folder: Path) -> dict[str, Any]:
    """results.json of a run; empty where it has none, or none that can be read."""
    try:
        content = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _no_model(folder: Path) -> RunFault:
    if not folder.is_dir():
        return _no_folder(folder)
    results = read_results(folder)
    status = results.get("status")
    if status == "finished":
        return RunFault(
            f"the run in `{folder}` has finished, and its folder `{MODEL}` is gone",
            ["it was moved or deleted afterwards"],
            [f"python src/train.py rerun={folder}"],
        )
    if status in {"failed", "interrupted"}:
        said = [f"results.json says: {results['error']}"] if results.get("error") else []
        return RunFault(f"the run in `{folder}` has no model: it {_ended(status)}", said, _go_on(folder))
    if (folder / CONFIG).is_file():
        return RunFault(
            f"the run in `{folder}` has no model yet",
            ["it is still going on, or it was killed before it could say how it ended"],
            _go_on(folder),
        )
    return _no_run(folder)


def _no_run(folder: Path) -> RunFault:
    jobs = sorted(path.parent.parent for path in folder.glob(f"*/{MODEL}/{DESCRIPTION}"))
    if jobs:
        return RunFault(
            f"`{folder}` holds {len(jobs)} runs, and one is needed",
            [],
            [f"run={job}" for job in jobs[:SHOWN]],
        )
    if (folder / "config.json").is_file():
        return RunFault(
            f"`{folder}` is no model that Haechi has saved: it lacks {DESCRIPTION}",
            ["that file says what the head gives and how texts are read"],
        )
    return RunFault(f"`{folder}` is no run's folder: it has neither {CONFIG} nor `{MODEL}`", _newest(), [])


def _no_folder(folder: Path) -> RunFault:
    if folder.exists():
        return RunFault(f"`{folder}` is a file, and a run's folder is needed", _newest())
    return RunFault(f"there is no folder `{folder}` (looked in {Path.cwd()})", _newest())


def _newest() -> list[str]:
    """The newest runs that have a model."""
    try:
        found = [path.parents[1] for path in places.outputs().glob(f"*/*/{MODEL}/{DESCRIPTION}")]
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return []
    shown = ", ".join(map(str, found[:SHOWN]))
    return [f"the newest runs are {shown}"] if found else []


def _ended(status: str) -> str:
    return "was interrupted" if status == "interrupted" else "failed"


def _go_on(folder: Path) -> list[str]:
    """What to type: go on from the last checkpoint where there is one, else begin again."""
    if any(folder.glob("checkpoints/*")) and (folder / CONFIG).is_file():
        config = f"--config-path {folder} --config-name config"
        return [f"python src/train.py {config} run_dir={folder} trainer.resume=auto"]
    return [f"python src/train.py rerun={folder}"] if (folder / CONFIG).is_file() else []
