"""One training in two processes, started by torchrun as a user does."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pytest

from haechi import places
from haechi.tracking.journal import read_journal
from running import environment, results, run
from slack import Webhook

pytestmark = pytest.mark.slow

KINDS = ["custom", "hf"]
# Without dropout, whose masks differ by process.
SETTINGS = [
    "trainer.precision=float32", "trainer.logging_steps=1", "task.max_train_rows=90", "trainer.max_steps=14",
    "+model.config.hidden_dropout_prob=0.0", "+model.config.attention_probs_dropout_prob=0.0",
    "trainer.eval_strategy=steps", "trainer.eval_steps=7", "trainer.gradient_accumulation_steps=2",
    "trainer.learning_rate=1e-3",
]  # fmt: skip
LONG = [
    *SETTINGS,
    "trainer.max_steps=4000",
    "trainer.eval_steps=50",
    "tracking=none",
    "notify=none",
]


TRAIN = places.ROOT / "src" / "train.py"

# train.py, whose second process gets no memory for a backward pass of more than two rows.
SHORT = f"""
import os, runpy, sys
import torch
from haechi.modeling.assemble import TextModel
forward = TextModel.forward
def short(self, *given, **named):
    found = forward(self, *given, **named)
    if self.training and len(found["logits"]) > 2:
        found["logits"].register_hook(lambda gradient: torch.empty(2**60, dtype=torch.uint8))
    return found
if os.environ["RANK"] == "1":
    TextModel.forward = short
sys.argv[0] = {str(TRAIN)!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def launch(outputs: Path, *overrides: str, script: Path = TRAIN, **more: str) -> subprocess.Popen[str]:
    """Start train.py in two processes."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone",
        str(script), *overrides,
    ]  # fmt: skip
    return subprocess.Popen(
        command, cwd=outputs, env=environment(outputs, OMP_NUM_THREADS="1", **more), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for its end; what it said on stderr."""
    try:
        return process.communicate(timeout=240)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for_steps(folder: Path, process: subprocess.Popen[str], steps: int) -> None:
    """Until so many steps are logged."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        path = folder / "metrics.jsonl"
        if path.is_file() and len(read_journal(path)) >= steps:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {steps} steps were taken:\n{finish(process)}")


def workers(process: subprocess.Popen[str]) -> dict[str, int]:
    """Process ids by rank."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = re.search(r"PPid:\t(\d+)", (entry / "status").read_text())
            if not parent or int(parent[1]) != process.pid:
                continue
            rank = re.search(rb"(?:^|\0)RANK=(\d+)", (entry / "environ").read_bytes())
        except (OSError, UnicodeDecodeError):
            continue
        if rank:
            found[rank[1].decode()] = int(entry.name)
    return found


def losses(folder: Path) -> list[float]:
    return [point["train/loss"] for point in read_journal(folder / "metrics.jsonl") if "train/loss" in point]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_effective_batch_gives_the_same_losses_and_metrics(tmp_path: Path, kind: str) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    apart = ["tracking=none", "notify=none", f"trainer={kind}", *SETTINGS]
    alone = run(tmp_path, *apart, "trainer.per_device_train_batch_size=8", f"run_dir={one}")
    assert alone.returncode == 0, alone.stderr[-2000:]
    process = launch(tmp_path, *apart, "trainer.per_device_train_batch_size=4", f"run_dir={two}")
    said = finish(process)
    assert process.returncode == 0, said[-3000:]
    assert len(losses(two)) == 14
    assert losses(two) == pytest.approx(losses(one), abs=1e-4)
    metrics = {
        name: value
        for name, value in results(one)["metrics"].items()
        if "per_second" not in name and "runtime" not in name
    }
    assert {name: results(two)["metrics"][name] for name in metrics} == pytest.approx(metrics, abs=1e-3)
    assert results(two)["best"]["step"] == results(one)["best"]["step"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_whose_memory_does_not_suffice_takes_its_rows_in_parts(tmp_path: Path, kind: str) -> None:
    settings = [f"trainer={kind}", *SETTINGS, "trainer.max_steps=4", "tracking=none", "notify=none"]
    script = tmp_path / "short.py"
    script.write_text(SHORT, encoding="utf-8")
    for name, started in (("whole", TRAIN), ("short", script)):
        process = launch(tmp_path, *settings, f"run_dir={tmp_path / name}", script=started)
        said = finish(process)
        assert process.returncode == 0, said[-3000:]
        assert ("going on with 2" in said) is (name == "short")
    assert losses(tmp_path / "short") == pytest.approx(losses(tmp_path / "whole"), abs=1e-5)
    best = results(tmp_path / "short")["best"]["value"]
    assert best == pytest.approx(results(tmp_path / "whole")["best"]["value"], abs=1e-3)


def test_only_the_first_process_writes_tracks_and_notifies(tmp_path: Path) -> None:
    with Webhook() as webhook:
        process = launch(tmp_path, *SETTINGS, "trainer.max_steps=4", SLACK_WEBHOOK_URL=webhook.url)
        said = finish(process)
        assert process.returncode == 0, said[-3000:]
        assert len(webhook.texts) == 2, "one message at the start and one at the end"
    (folder,) = (path for path in (tmp_path / "sample_topic").iterdir() if path.is_dir())
    assert said.count("finished in") == 1
    assert (folder / "train.log").read_text(encoding="utf-8").count("parameters") == 1
    assert len(losses(folder)) == 4
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiments = [item.experiment_id for item in client.search_experiments()]
    runs = client.search_runs(experiments)
    assert [item.info.status for item in runs] == ["FINISHED"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dead", ["0", "1"])
def test_a_dead_process_ends_all_with_a_message(tmp_path: Path, kind: str, dead: str) -> None:
    folder = tmp_path / "run"
    process = launch(tmp_path, f"trainer={kind}", *LONG, f"run_dir={folder}")
    wait_for_steps(folder, process, 60)
    os.kill(workers(process)[dead], signal.SIGKILL)
    killed = time.monotonic()
    said = finish(process)
    assert time.monotonic() - killed < 30
    assert process.returncode != 0
    assert "error: another of the 2 processes of this run has ended" in said
    if dead == "1":
        assert results(folder)["status"] == "failed"
        assert "another of the 2 processes" in results(folder)["error"]
    assert (folder / "checkpoints" / "checkpoint-50").is_dir()


@pytest.mark.parametrize("kind", KINDS)
def test_sigterm_leaves_a_checkpoint_and_the_run_goes_on_as_if_nothing_had_been(
    tmp_path: Path, kind: str
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    settings = [f"trainer={kind}", *LONG, "trainer.max_steps=120"]
    undisturbed = launch(tmp_path, *settings, f"run_dir={whole}")
    assert finish(undisturbed) is not None
    assert undisturbed.returncode == 0
    process = launch(tmp_path, *settings, f"run_dir={broken}")
    wait_for_steps(broken, process, 20)
    process.send_signal(signal.SIGTERM)
    said = finish(process)
    assert results(broken)["status"] == "interrupted", said[-3000:]
    assert "another of the" not in said
    resumed = launch(tmp_path, *settings, f"run_dir={broken}", "trainer.resume=auto")
    said = finish(resumed)
    assert resumed.returncode == 0, said[-3000:]
    left, right = results(broken)["metrics"], results(whole)["metrics"]
    assert {
        name: value for name, value in left.items() if "per_sec" not in name and "runtime" not in name
    } == {name: value for name, value in right.items() if "per_sec" not in name and "runtime" not in name}
    alone = run(tmp_path, *settings, f"run_dir={broken}", "trainer.resume=auto", "trainer.max_steps=120")
    assert alone.returncode == 1
    assert "is of a training by 2 processes, and now there is 1" in alone.stderr


def test_a_sweep_under_a_launcher_is_refused_once(tmp_path: Path) -> None:
    process = launch(tmp_path, "-m", "seed=1,2")
    said = finish(process)
    assert process.returncode != 0
    assert said.count("error: a sweep starts its jobs itself") == 1


def test_a_refusal_is_said_once(tmp_path: Path) -> None:
    process = launch(tmp_path, "trainer.max_grad_norm=-1")
    said = finish(process)
    assert process.returncode != 0
    assert said.count("refused: 1 error") == 1
    assert not (tmp_path / "sample_topic").exists()
