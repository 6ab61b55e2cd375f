"""A sweep whose process is killed again and again ends as one that nobody disturbed."""

import json
import random
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from mlflow.tracking import MlflowClient

from running import run, start

SETTINGS = [
    "trainer.max_steps=160", "trainer.eval_strategy=steps", "trainer.eval_steps=8", "trainer.logging_steps=1",
    "trainer.precision=float32", "task.max_train_rows=200", "pooling=cls,mean", "seed=1,2",
]  # fmt: skip
KILLS = 20


def jobs_of(sweep: Path) -> list[tuple[dict[str, str], str, Any, Any]]:
    record = json.loads((sweep / "sweep.json").read_text(encoding="utf-8"))
    found = []
    for job in record["jobs"]:
        results = json.loads((sweep / job["folder"] / "results.json").read_text(encoding="utf-8"))
        found.append((job["values"], job["state"], results["metrics"], results["best"]))
    return found


def size_of_journals(sweep: Path) -> int:
    return sum(path.stat().st_size for path in sweep.glob("*/metrics.jsonl"))


def wait_for_steps(sweep: Path, process: subprocess.Popen[str]) -> None:
    """Until a job of this start has logged a step."""
    before, deadline = size_of_journals(sweep), time.monotonic() + 120
    while process.poll() is None and size_of_journals(sweep) <= before:
        assert time.monotonic() < deadline, "no job takes a step"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_kills_change_no_result_and_make_no_run_twice(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    undisturbed = run(tmp_path, "-m", *SETTINGS, f"hydra.sweep.dir={whole}", "tracking=none")
    assert undisturbed.returncode == 0, undisturbed.stderr[-2000:]
    chance = random.Random(20)
    kills = 0
    while kills < KILLS:
        goes_on = [f"sweep.resume={broken}"] if (broken / "sweep.json").is_file() else []
        process = start(tmp_path, "-m", *SETTINGS, *(goes_on or [f"hydra.sweep.dir={broken}"]))
        if chance.random() < 0.8:  # else while it still imports, judges and plans
            wait_for_steps(broken, process)
        time.sleep(chance.uniform(0, 2))
        kills += process.poll() is None
        process.kill()
        _, err = process.communicate()
        assert process.returncode in {0, -9}, err[-2000:]
        if process.returncode == 0:
            break
    assert kills >= KILLS / 2, "the sweep was over before it was killed often enough"
    last = run(tmp_path, "-m", f"sweep.resume={broken}")
    assert last.returncode == 0, last.stderr[-2000:]
    assert jobs_of(broken) == jobs_of(whole)
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'sample_topic'")
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(item.info.run_name for item in runs) == [
        "pooling=cls seed=1", "pooling=cls seed=2", "pooling=mean seed=1", "pooling=mean seed=2",
        "sweep over pooling, seed",
    ]  # fmt: skip
    assert {item.info.status for item in runs} == {"FINISHED"}
    (parent,) = [item for item in runs if item.data.tags.get("haechi.kind") == "sweep"]
    below = [item.data.tags.get("mlflow.parentRunId") for item in runs if item is not parent]
    assert below == [parent.info.run_id] * 4
