"""What the folder of a job says of its state."""

import json
from pathlib import Path

import pytest

from haechi.outputs import STARTED
from haechi.sweep.progress import Watcher, look
from haechi.sweep_record import JobRecord, SweepRecord


def record() -> SweepRecord:
    return SweepRecord(metric="validation/macro_f1", jobs=[JobRecord(0)])


@pytest.mark.parametrize(
    ("started", "results", "state"),
    [(False, None, "waiting"), (True, None, "running"), (True, "{", "running"), (True, "[]", "running"),
     (True, '{"status": "finished"}', "finished"), (True, '{"status": "failed", "error": "e"}', "failed"),
     (True, '{"status": "interrupted"}', "interrupted")],
)  # fmt: skip
def test_a_state_is_what_lies_in_the_folder(
    tmp_path: Path, started: bool, results: str | None, state: str
) -> None:
    if started:
        (tmp_path / STARTED).write_text("{}")
    if results is not None:
        (tmp_path / "results.json").write_text(results)
    sweep = record()
    assert look(sweep, sweep.jobs[0], tmp_path) == state


def test_what_results_hold_is_taken_over(tmp_path: Path) -> None:
    content = {
        "status": "finished", "metrics": {"validation/macro_f1": 0.5}, "seconds": 2.0, "mlflow_run_id": "a",
    }  # fmt: skip
    (tmp_path / "results.json").write_text(json.dumps(content))
    sweep = record()
    look(sweep, sweep.jobs[0], tmp_path)
    job = sweep.jobs[0]
    assert (job.value, job.seconds, job.mlflow_run_id) == (0.5, 2.0, "a")


def test_a_watcher_says_each_change_once_and_the_last_one_at_its_end(tmp_path: Path) -> None:
    sweep, heard = record(), []
    (tmp_path / "0").mkdir()
    watcher = Watcher(sweep, sweep.jobs, tmp_path, lambda job: heard.append(job.state))
    watcher.start()
    (tmp_path / "0" / STARTED).write_text("{}")
    while not heard:
        pass
    (tmp_path / "0" / "results.json").write_text('{"status": "finished"}')
    watcher.end()
    assert heard == ["running", "finished"]
