"""ENV001."""

import os
from collections.abc import Iterator
from pathlib import Path

from haechi import places
from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("ENV001")
def folder_not_writable(evidence: Evidence) -> Iterator[Problem]:
    """The outputs folder cannot be written.

    ## What
    The run's folder, or the nearest folder above it that exists, is read-only or is a file.

    ## Why
    A run that cannot write loses everything it learned.

    ## Example
    `python src/train.py run_dir=/proc/haechi`

    ## What to do
    Name a folder that you may write to: `run_dir=DIR` for one run, HAECHI_OUTPUTS=DIR for all.

    ## References
    - src/haechi/places.py
    """
    folder: Path = evidence.run.folder
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        why = "is a file" if not existing.is_dir() else "cannot be written"
        if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK) and _takes_a_file(existing):
            return
    except OSError as error:  # a name that is too long, a folder that may not be entered
        existing, why = folder, f"is refused ({error.strerror})"
    config = evidence.run.config
    moved = str(folder) != places.run_folder(config.run_dir, config.task.name)  # by hydra.run.dir
    default = as_value(str(Path.home() / "haechi_run"))
    yield Problem(
        f"the run's folder `{folder}` cannot be made: `{existing}` {why}",
        keys=[] if moved else ["run_dir"],
        notes=["HAECHI_OUTPUTS=DIR moves the outputs of all runs"],
        fixes=[
            ["~hydra.run.dir"] if moved else ["run_dir=null"] if config.run_dir else [f"run_dir={default}"]
        ],
    )


def _takes_a_file(folder: Path) -> bool:
    """Whether a file can be made there: root may pass every permission and still meet a read-only disk."""
    probe = folder / f".haechi_{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
