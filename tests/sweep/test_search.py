"""A search that is killed, shared, and counted."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from haechi import places
from haechi.tracking.journal import read_journal
from running import QUICK, environment, results, run, start
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
    done = run(tmp_path, "-m", f"sweep.resume={sweep}")
    assert done.returncode == 0, done.stderr[-2000:]
    jobs = jobs_of(sweep)
    assert [job["trial"] for job in jobs] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert {job["state"] for job in jobs} == {"finished"}
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{sweep}/study.db")
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 4
    for trial in study.trials:
        values = [job["value"] for job in jobs if job["trial"] == trial.number]
        assert trial.value == pytest.approx(sum(values) / 2)
    again = run(tmp_path, "-m", f"sweep.resume={sweep}")
    assert again.returncode == 0
    assert len(jobs_of(sweep)) == 8


def test_trials_that_a_killed_search_had_drawn_and_not_written_down_are_run(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    typed = ["-m", *QUICK, *SEARCH, "tracking=none"]
    first = run(tmp_path, *typed, "sweep.trials=1", f"hydra.sweep.dir={sweep}")
    assert first.returncode == 0, first.stderr[-2000:]
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{sweep}/study.db")
    drawn = study.trials[0].distributions
    whole = study.ask(drawn)
    broken_off = study.ask({"pooling": drawn["pooling"]})
    done = run(tmp_path, *typed, "sweep.trials=3", f"sweep.resume={sweep}")
    assert done.returncode == 0, done.stderr[-2000:]
    states = [trial.state for trial in study.get_trials()]
    assert states == [TrialState.COMPLETE, TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE]
    jobs = jobs_of(sweep)
    assert [job["trial"] for job in jobs] == [0, whole.number, broken_off.number + 1]
    assert {job["state"] for job in jobs} == {"finished"}


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


def test_a_failed_trial_that_is_run_again_reaches_the_study_once(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    (sweep / "1").mkdir(parents=True)
    (sweep / "1" / "model").write_text("in the way")
    typed = ["-m", *QUICK, *SEARCH, "sweep.trials=3", "tracking=none"]
    assert run(tmp_path, *typed, f"hydra.sweep.dir={sweep}").returncode == 1
    (sweep / "1" / "model").unlink()
    for _ in range(2):
        done = run(tmp_path, "-m", f"sweep.resume={sweep}", "sweep.retry_failed=true")
        assert done.returncode == 0, done.stderr[-2000:]
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{sweep}/study.db")
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    assert study.trials[3].params == study.trials[1].params
    assert study.trials[3].value == pytest.approx(jobs_of(sweep)[1]["value"])


@pytest.mark.parametrize(
    ("missing", "typed"),
    [("optuna", SEARCH), ("ray", ["hydra/launcher=ray", "seed=1,2"]),
     ("submitit", ["hydra/launcher=slurm", "seed=1,2"])],
)  # fmt: skip
def test_a_package_that_is_not_installed_is_named_with_what_installs_it(
    tmp_path: Path, missing: str, typed: list[str]
) -> None:
    code = (
        f"import runpy, sys; sys.modules[{missing!r}] = None; sys.argv = sys.argv[1:];"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(places.ROOT / "src" / "train.py"), "-m", *QUICK, *typed,
         "tracking=none", "notify=none"],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 1
    assert "which is not installed" in done.stderr
    assert "pip install -e '.[" in done.stderr
    assert "Traceback" not in done.stderr


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
