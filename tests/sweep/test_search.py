"""A search that is killed, shared, and counted."""

import json
import time
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from haechi.tracking.journal import read_journal
from running import QUICK, results, run, start
from sweep.waiting import wait_until

pytestmark = pytest.mark.slow
SEARCH = [
    "hydra/sweeper=haechi_search", "trainer.learning_rate=tag(log,interval(1e-5,1e-2))", "pooling=cls,mean",
    "notify=none",
]  # fmt: skip


def jobs_of(sweep: Path) -> list[dict[str, Any]]:
    return json.loads((sweep / "sweep.json").read_text(encoding="utf-8"))["jobs"]


def test_a_search_that_is_killed_goes_on_with_its_trials_and_ends_at_the_total(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    typed = ["-m", *QUICK, *SEARCH, "sweep.trials=4", "seed=1,2", "tracking=none"]
    process = start(tmp_path, *typed, f"hydra.sweep.dir={sweep}")
    wait_until(lambda: (sweep / "3" / "metrics.jsonl").is_file(), process)
    process.kill()
    process.communicate()
    done = run(tmp_path, "-m", "hydra/sweeper=haechi_search", f"sweep.resume={sweep}")
    assert done.returncode == 0, done.stderr[-2000:]
    jobs = jobs_of(sweep)
    assert [job["trial"] for job in jobs] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert {job["state"] for job in jobs} == {"finished"}
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{sweep}/study.db")
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 4
    for trial in study.trials:
        values = [job["value"] for job in jobs if job["trial"] == trial.number]
        assert trial.value == pytest.approx(sum(values) / 2)
    again = run(tmp_path, "-m", "hydra/sweeper=haechi_search", f"sweep.resume={sweep}")
    assert again.returncode == 0
    assert len(jobs_of(sweep)) == 8


def test_two_processes_share_a_study_up_to_the_total(tmp_path: Path) -> None:
    shared = [f"sweep.storage=sqlite:///{tmp_path}/shared.db", "sweep.study=together", "sweep.trials=6"]
    folders = [tmp_path / "one", tmp_path / "two"]
    both = []
    for folder in folders:
        both.append(start(
            tmp_path, "-m", *QUICK, *SEARCH, *shared, f"hydra.sweep.dir={folder}", "tracking=none",
        ))  # fmt: skip
        # The second one meets a study that is there.
        deadline = time.monotonic() + 60
        while not (folder / "0").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
    for process in both:
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-2000:]
    study = optuna.load_study(study_name="together", storage=f"sqlite:///{tmp_path}/shared.db")
    # Each may draw its last one while the other draws the same last one.
    assert 6 <= len(study.trials) <= 7
    run_by = [job["trial"] for folder in folders for job in jobs_of(folder)]
    assert sorted(run_by) == list(range(len(study.trials)))
    other = run(
        tmp_path, "-m", *QUICK, "hydra/sweeper=haechi_search", "trainer.learning_rate=interval(1e-4,1e-3)",
        *shared, "tracking=none", "notify=none",
    )  # fmt: skip
    assert other.returncode == 1
    assert "is of another search" in other.stderr
    assert "Traceback" not in other.stderr


@pytest.mark.parametrize("kind", ["hf", "custom"])
def test_hopeless_trials_end_early_and_are_said_to(tmp_path: Path, kind: str) -> None:
    sweep = tmp_path / "sweep"
    done = run(
        tmp_path, "-m", *SEARCH[:1], "trainer.learning_rate=choice(3e-3,1e-8)", f"trainer={kind}",
        "trainer.max_steps=60", "trainer.eval_strategy=steps", "trainer.eval_steps=10", "sweep.trials=12",
        "sweep.sampler=random", "task.max_train_rows=300", "tracking=none", "notify=none",
        f"hydra.sweep.dir={sweep}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{sweep}/study.db")
    pruned = [trial.number for trial in study.trials if trial.state is TrialState.PRUNED]
    assert pruned, "no trial was hopeless"
    for job in jobs_of(sweep):
        assert job["pruned"] == (job["trial"] in pruned)
        if job["pruned"]:
            folder = sweep / str(job["number"])
            assert results(folder)["pruned"] is True
            assert max(point["step"] for point in read_journal(folder / "metrics.jsonl")) < 60
    assert "this trial ends at step" in done.stderr
