"""Sweeps as a user runs them: nothing hides, nothing stops the others, one message, one place."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mlflow.tracking import MlflowClient

from haechi import places
from running import QUICK, results, run, start
from slack import Webhook
from sweep.waiting import wait_until

pytestmark = pytest.mark.slow
TWO_LEVELS = ["pooling=cls,mean", "seed=1,2"]


def record_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "sweep.json").read_text(encoding="utf-8"))


def states(folder: Path) -> list[str]:
    return [job["state"] for job in record_of(folder)["jobs"]]


def has_steps(folder: Path) -> bool:
    journal = folder / "metrics.jsonl"
    return journal.is_file() and journal.stat().st_size > 0


def break_job(sweep: Path, number: int) -> None:
    """What stands where the job's model belongs keeps it from being saved, once it is trained."""
    (sweep / str(number)).mkdir(parents=True)
    (sweep / str(number) / "model").write_text("in the way")


def test_a_job_that_fails_neither_stops_nor_hides_another(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    break_job(sweep, 1)
    (sweep / "2").write_text("no folder can be made here")
    with Webhook() as webhook:
        process = run(
            tmp_path, "-m", *QUICK, *TWO_LEVELS, f"hydra.sweep.dir={sweep}", "sweep.alert_failed_share=0.4",
            SLACK_WEBHOOK_URL=webhook.url,
        )  # fmt: skip
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    assert states(sweep) == ["finished", "failed", "failed", "finished"]
    assert record_of(sweep)["status"] == "failed"
    tail = process.stderr[process.stderr.index("\nfailed:") :]
    for number, name in ((1, "pooling=cls seed=2"), (2, "pooling=mean seed=1")):
        assert f"job {number}  {name}  failed" in tail
    assert str(sweep / "1" / "train.log") in tail
    assert "Traceback" in (sweep / "1" / "train.log").read_text(encoding="utf-8")
    assert "sweep.retry_failed=true" in tail
    # One message at the start, one when too many had failed, one at the end; none of a job's own.
    opening, alert, digest = webhook.texts
    assert "sweep over pooling, seed" in opening
    assert "2 of 4 jobs failed so far" in alert
    assert "2 finished, 2 failed" in digest
    assert "pooling=mean seed=1" in digest
    assert webhook.PATH not in process.stderr

    (sweep / "1" / "model").unlink()
    (sweep / "2").unlink()
    again = run(tmp_path, "-m", f"sweep.resume={sweep}", "sweep.retry_failed=true", "notify=none")
    assert again.returncode == 0, again.stderr[-2000:]
    assert states(sweep) == ["finished"] * 4
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'debug'")
    assert len(client.search_runs([experiment.experiment_id])) == 5


def test_failed_jobs_are_run_again_only_if_asked_and_new_points_are_added(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    break_job(sweep, 1)
    grid = [*QUICK, "tracking=none", "notify=none"]
    run(tmp_path, "-m", *grid, "pooling=cls,mean", f"hydra.sweep.dir={sweep}")
    assert states(sweep) == ["finished", "failed"]
    finished = results(sweep / "0")["finished_at"]

    grown = run(tmp_path, "-m", *grid, "pooling=cls,mean,max", f"sweep.resume={sweep}")
    assert grown.returncode == 1
    assert states(sweep) == ["finished", "failed", "finished"]
    assert results(sweep / "0")["finished_at"] == finished
    changed = run(
        tmp_path, "-m", *grid, "pooling=cls,mean", "trainer.weight_decay=0.1", f"sweep.resume={sweep}"
    )
    assert changed.returncode == 2
    assert "CFG016" in changed.stderr
    assert "trainer.weight_decay: not typed there, 0.1 now" in changed.stderr


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_checkpoint_and_the_command_that_goes_on(
    tmp_path: Path, sent: signal.Signals, status: int
) -> None:
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", "trainer.max_steps=3000", "trainer.logging_steps=1", "seed=1,2", "tracking=none",
        f"hydra.sweep.dir={sweep}",
    )  # fmt: skip
    wait_until(lambda: has_steps(sweep / "0"), process)
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status, err[-2000:]
    assert "Traceback" not in err
    assert states(sweep) == ["interrupted", "waiting"]
    assert record_of(sweep)["status"] == "interrupted"
    assert f"python src/train.py -m sweep.resume={sweep}" in err
    assert list((sweep / "0" / "checkpoints").glob("checkpoint-*"))


def test_two_sweeps_of_one_second_do_not_meet_and_one_sweep_has_one_process(tmp_path: Path) -> None:
    grid = [*QUICK, "seed=1,2", "tracking=none"]
    both = [start(tmp_path, "-m", *grid) for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-2000:]
    first, second = sorted((tmp_path / "sample_topic").glob("sweep_*"))
    assert states(first) == states(second) == ["finished", "finished"]

    slow = start(tmp_path, "-m", f"sweep.resume={first}", "seed=1,2,3", *grid[:-2], "tracking=none")
    wait_until(lambda: (first / "2" / "train.log").is_file(), slow)
    other = run(tmp_path, "-m", f"sweep.resume={first}")
    assert other.returncode == 1
    assert "another process runs the sweep" in other.stderr
    assert "Traceback" not in other.stderr
    slow.communicate(timeout=240)


def test_a_folder_that_has_a_sweep_takes_no_second_one(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    grid = ["-m", *QUICK, "tracking=none", f"hydra.sweep.dir={sweep}"]
    assert run(tmp_path, *grid, "seed=1").returncode == 0
    before = (sweep / "sweep.json").read_text()
    second = run(tmp_path, *grid, "seed=2")
    assert second.returncode == 1
    assert f"error: `{sweep}` has a sweep already" in second.stderr
    assert f"sweep.resume={sweep}" in second.stderr
    assert (sweep / "sweep.json").read_text() == before


def test_a_narrower_grid_leaves_the_other_jobs_alone(tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    grid = ["-m", *QUICK, "tracking=none"]
    break_job(sweep, 0)
    assert run(tmp_path, *grid, "seed=1,2", f"hydra.sweep.dir={sweep}").returncode == 1
    again = ["sweep.retry_failed=true", f"sweep.resume={sweep}"]
    (sweep / "0" / "model").unlink()
    assert run(tmp_path, *grid, "seed=2,3", *again).returncode == 1
    assert states(sweep) == ["failed", "finished", "finished"]
    assert run(tmp_path, *grid, "seed=1", *again).returncode == 0
    assert states(sweep) == ["finished"] * 3


FINISHES_LATE = f"""
import sys, time
sys.path.insert(0, {str(places.ROOT / "src")!r})
from pathlib import Path
from haechi.alone import alone
from haechi.session import LOCK
folder = Path(sys.argv[1])
with alone(folder / LOCK, "held"):
    print("held", flush=True)
    time.sleep(12)
    (folder / "late.json").rename(folder / "results.json")
"""


def test_a_job_that_outlives_its_sweep_elsewhere_is_waited_for_and_not_run_again(tmp_path: Path) -> None:
    """As one on another machine of a SLURM cluster does."""
    sweep = tmp_path / "sweep"
    done = run(tmp_path, "-m", *QUICK, "seed=1,2", f"hydra.sweep.dir={sweep}", "tracking=none", "notify=none")
    assert done.returncode == 0, done.stderr[-2000:]
    record = record_of(sweep)
    record["jobs"][1] |= {"state": "running", "value": None}
    (sweep / "sweep.json").write_text(json.dumps(record), encoding="utf-8")
    (sweep / "1" / "results.json").rename(sweep / "1" / "late.json")
    other = subprocess.Popen(
        [sys.executable, "-c", FINISHES_LATE, str(sweep / "1")], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    again = run(tmp_path, "-m", f"sweep.resume={sweep}")
    other.communicate()
    assert again.returncode == 0, again.stderr[-2000:]
    assert "a process that an earlier start has left still runs it" in again.stderr
    assert [job["attempts"] for job in record_of(sweep)["jobs"]] == [1, 1]
    assert states(sweep) == ["finished"] * 2


def test_workers_of_a_killed_sweep_end_with_a_checkpoint_and_run_none_of_its_queue(tmp_path: Path) -> None:
    """Whether the next start comes while they still run or later."""
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", "trainer.max_steps=120", "trainer.eval_strategy=steps", "trainer.eval_steps=10",
        "seed=1,2,3,4,5,6", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", f"hydra.sweep.dir={sweep}",
    )  # fmt: skip
    wait_until(lambda: has_steps(sweep / "0") and has_steps(sweep / "1"), process)
    workers = [json.loads((sweep / job / ".started").read_text())["pid"] for job in "01"]
    process.kill()
    process.wait()  # and not for its pipes, which its workers hold
    again = run(tmp_path, "-m", f"sweep.resume={sweep}")
    assert again.returncode == 0, again.stderr[-3000:]
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert [job["state"] for job in record_of(sweep)["jobs"]] == ["finished"] * 6
    assert "ends with a checkpoint" in (sweep / "0" / "train.log").read_text(encoding="utf-8")
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'sample_topic'")
    found = client.search_runs([experiment.experiment_id])
    assert len(found) == 7
    assert {item.info.status for item in found} == {"FINISHED"}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_workers_of_joblib_run_beside_each_other_and_a_killed_one_costs_no_job(
    tmp_path: Path, sent: signal.Signals
) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", "trainer.max_steps=60", "trainer.eval_strategy=steps", "trainer.eval_steps=10",
        "seed=1,2,3,4", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", f"hydra.sweep.dir={sweep}",
        CUDA_VISIBLE_DEVICES="3,7",
    )  # fmt: skip
    started = sweep / "0" / ".started"
    wait_until(lambda: has_steps(sweep / "0"), process)
    os.kill(json.loads(started.read_text())["pid"], sent)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    assert states(sweep) == ["finished"] * 4
    assert "its process was lost; it goes on anew" in err
    gpus = {json.loads((sweep / str(job) / ".started").read_text())["gpus"] for job in range(4)}
    assert gpus == {"3", "7"}
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'sample_topic'")
    found = client.search_runs([experiment.experiment_id])
    assert sorted(item.info.run_name for item in found) == [
        "seed=1", "seed=2", "seed=3", "seed=4", "sweep over seed",
    ]  # fmt: skip
    assert {item.info.status for item in found} == {"FINISHED"}
