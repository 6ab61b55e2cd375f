"""A run that is killed again and again ends as one that nobody disturbed."""

import random
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from haechi.tracking.journal import read_journal
from running import results, run, start

# Long enough to be killed ten times, with a checkpoint every eight steps and dropout in between.
SETTINGS = [
    "trainer.max_steps=160", "trainer.eval_strategy=steps", "trainer.eval_steps=8", "trainer.logging_steps=1",
    "trainer.precision=float32", "tracking=none", "notify=none", "task.max_train_rows=400",
]  # fmt: skip
KILLS = 10


def journal_of(folder: Path) -> dict[tuple[str, int], float]:
    """The last value of each metric at each step; what was repeated after a kill is written again."""
    return {
        (name, int(point["step"])): value
        for point in read_journal(folder / "metrics.jsonl")
        for name, value in point.items()
        if name.startswith(("train/", "validation/")) and "runtime" not in name and "per_second" not in name
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["custom", "hf"])
def test_ten_kills_at_random_moments_change_nothing(tmp_path: Path, kind: str) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    undisturbed = run(tmp_path, f"trainer={kind}", *SETTINGS, f"run_dir={whole}")
    assert undisturbed.returncode == 0, undisturbed.stderr[-2000:]
    chance, kills = random.Random(kind), 0
    while not (broken / "results.json").is_file() or results(broken)["status"] != "finished":
        process = start(
            tmp_path, f"trainer={kind}", *SETTINGS, f"run_dir={broken}", "trainer.resume=auto"
        )  # fmt: skip
        if kills < KILLS:
            steps = len(read_journal(broken / "metrics.jsonl")) if broken.is_dir() else 0
            deadline = time.monotonic() + 60
            # Killed while it trains: a moment after its first point, which may be within a checkpoint.
            while process.poll() is None and time.monotonic() < deadline:
                if (broken / "metrics.jsonl").is_file() and len(
                    read_journal(broken / "metrics.jsonl")
                ) > steps:
                    break
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.5))
            kills += process.poll() is None
            process.kill()
        _, err = process.communicate(timeout=240)
        assert process.returncode in {0, -9}, err[-2000:]
    assert kills >= KILLS / 2, "the run was over before it was killed often enough"
    assert results(broken)["metrics"] == results(whole)["metrics"]
    assert results(broken)["best"] == results(whole)["best"]
    assert journal_of(broken) == journal_of(whole)
    left, right = (load_file(folder / "model" / "model.safetensors") for folder in (broken, whole))
    assert left.keys() == right.keys()
    assert all((left[name] == right[name]).all() for name in left)
