"""train.py and check.py as a user runs them: real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from haechi import places

QUICK = ["debug=steps20", "task.max_train_rows=128", "trainer.max_steps=6", "trainer.eval_steps=3"]


def environment(outputs: Path, **more: str) -> dict[str, str]:
    """The environment of a child: its own outputs, offline, and what is given."""
    return {**os.environ, "HAECHI_OUTPUTS": str(outputs), "HF_HUB_OFFLINE": "1", **more}


def start(outputs: Path, *overrides: str, script: str = "train", **more: str) -> subprocess.Popen[str]:
    """Start a script of src/ from a directory that is not the repository."""
    command = [sys.executable, str(places.ROOT / "src" / f"{script}.py"), *overrides]
    return subprocess.Popen(
        command, cwd=outputs, env=environment(outputs, **more), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_hear_interrupts,
    )  # fmt: skip


def _hear_interrupts() -> None:
    """Tests that a shell has put in the background have Ctrl-C ignored, and so would their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run(
    outputs: Path, *overrides: str, script: str = "train", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of src/ to its end."""
    process = start(outputs, *overrides, script=script, **more)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def results(folder: Path) -> dict[str, Any]:
    """results.json of a run."""
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def only_folder(outputs: Path, task: str = "sample_topic") -> Path:
    """The folder of the one run that was made."""
    folders = [path for path in (outputs / task).iterdir() if path.is_dir()]
    assert len(folders) == 1, folders
    return folders[0]
