"""Sweeps by submitit: its local executor for real, SLURM by the file that sbatch is given."""

import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest

from running import QUICK, run, start
from sweep.waiting import wait_until

pytestmark = pytest.mark.slow
pytest.importorskip("submitit")
LOCAL = ["hydra/launcher=slurm", "hydra.launcher.cluster=local", "tracking=none", "notify=none"]


def fake_queue(folder: Path, script: str) -> str:
    """A PATH whose sbatch keeps what it is given and answers as it is told; the other commands are there."""
    folder.mkdir()
    for name, text in (("sbatch", script), ("srun", ""), ("sacct", ""), ("scancel", "")):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_the_local_executor_runs_the_jobs_and_a_killed_one_goes_on(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", *LOCAL, "trainer.max_steps=60", "trainer.eval_strategy=steps",
        "trainer.eval_steps=10", "seed=1,2", f"hydra.sweep.dir={sweep}", CUDA_VISIBLE_DEVICES="3,7",
    )  # fmt: skip
    journal = sweep / "0" / "metrics.jsonl"
    wait_until(lambda: journal.is_file() and journal.stat().st_size, process)
    os.kill(json.loads((sweep / "0" / ".started").read_text())["pid"], signal.SIGKILL)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    assert "its process was lost; it goes on anew" in err
    jobs = json.loads((sweep / "sweep.json").read_text())["jobs"]
    assert [job["state"] for job in jobs] == ["finished", "finished"]
    gpus = {json.loads((sweep / str(number) / ".started").read_text())["gpus"] for number in (0, 1)}
    assert gpus <= {"3", "7"}


def test_ctrl_c_ends_the_jobs_and_they_go_on_by_the_launcher_that_was_typed(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", *LOCAL, "trainer.max_steps=400", "trainer.logging_steps=1", "seed=1",
        f"hydra.sweep.dir={sweep}",
    )  # fmt: skip
    journal = sweep / "0" / "metrics.jsonl"
    wait_until(lambda: journal.is_file() and journal.stat().st_size, process)
    job = json.loads((sweep / "0" / ".started").read_text())["pid"]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err[-2000:]
    deadline = time.monotonic() + 30
    while Path(f"/proc/{job}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{job}").exists(), "the job goes on without its sweep"
    before = len(list((sweep / ".submitit").iterdir()))
    done = run(tmp_path, "-m", f"sweep.resume={sweep}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list((sweep / ".submitit").iterdir())) > before, "it went on in one process"


def test_the_file_for_sbatch_asks_for_what_was_typed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.sh"
    path = fake_queue(tmp_path / "bin", f'for last; do :; done; cp "$last" {kept}; echo refused >&2; exit 1')
    done = run(
        tmp_path, "-m", *QUICK, "seed=1,2,3", "hydra/launcher=slurm", "hydra.launcher.partition=gpu",
        "hydra.launcher.gpus_per_node=1", "hydra.launcher.timeout_min=90",
        "hydra.launcher.array_parallelism=2",
        "hydra.launcher.mem_gb=24", "hydra.launcher.setup=['module load cuda']",
        "+hydra.launcher.additional.mail-type=FAIL", "tracking=none", "notify=none", PATH=path,
    )  # fmt: skip
    assert done.returncode == 1
    lines = kept.read_text().splitlines()
    for wanted in (
        "#SBATCH --partition=gpu", "#SBATCH --gpus-per-node=1", "#SBATCH --time=90", "#SBATCH --array=0-2%2",
        "#SBATCH --mem=24GB", "#SBATCH --cpus-per-task=4", "#SBATCH --job-name=haechi", "module load cuda",
        "#SBATCH --mail-type=FAIL",
    ):  # fmt: skip
        assert wanted in lines, kept.read_text()


def test_a_queue_that_does_not_exist_is_one_diagnostic(tmp_path: Path) -> None:
    said = "sbatch: error: invalid partition specified: nowhere"
    path = fake_queue(tmp_path / "bin", f'echo "{said}" >&2; exit 1')
    done = run(
        tmp_path, "-m", *QUICK, "seed=1,2", "hydra/launcher=slurm", "hydra.launcher.partition=nowhere",
        "tracking=none", "notify=none", PATH=path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: the jobs could not be submitted to `slurm`" in done.stderr
    assert "invalid partition specified: nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_without_slurm_is_one_diagnostic(tmp_path: Path) -> None:
    done = run(
        tmp_path, "-m", *QUICK, "seed=1,2", "hydra/launcher=slurm", "tracking=none", "notify=none",
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: the jobs could not be submitted to `slurm`" in done.stderr
    assert "Traceback" not in done.stderr
