"""When a session does not begin, and what it leaves of an earlier start."""

from dataclasses import replace
from pathlib import Path

import pytest

from haechi import outputs
from haechi.aside import write_json
from haechi.compose import compose
from haechi.fault import RunFault
from haechi.resolve import Run, resolve
from haechi.session import open_session

QUIET = ["tracking=none", "notify=none"]


def job_in(sweep: Path, *overrides: str) -> Run:
    """Job 0 of a sweep."""
    composed = compose([*QUIET, *overrides])
    return replace(resolve(composed, composed.hydra), folder=sweep / "0", sweep=sweep)


def test_a_job_that_has_finished_is_left_alone_by_a_late_start(tmp_path: Path) -> None:
    """Which the queue of a killed sweep may give it, after the next sweep has run it."""
    (tmp_path / "0").mkdir()
    write_json(tmp_path / "0" / "results.json", {"status": "finished", "metrics": {"validation/f1": 0.9}})
    before = (tmp_path / "0" / "results.json").read_bytes()
    with pytest.raises(RunFault, match="has finished already"), open_session(job_in(tmp_path)):
        pytest.fail("it began")
    assert (tmp_path / "0" / "results.json").read_bytes() == before
    assert not (tmp_path / "0" / outputs.STARTED).exists()


def test_a_worker_whose_sweep_was_killed_begins_no_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haechi.session.is_orphaned", lambda: True)
    with pytest.raises(RunFault, match="is gone"), open_session(job_in(tmp_path)):
        pytest.fail("it began")
    assert not (tmp_path / "0").exists()


def test_how_an_earlier_start_ended_goes_when_another_begins(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    write_json(tmp_path / "0" / "results.json", {"status": "interrupted", "tracking": None})
    with open_session(job_in(tmp_path, "trainer.resume=auto")):
        assert not (tmp_path / "0" / "results.json").exists()
    assert '"status": "finished"' in (tmp_path / "0" / "results.json").read_text(encoding="utf-8")


def test_a_run_that_goes_on_keeps_the_config_that_it_is_judged_by(tmp_path: Path) -> None:
    run = job_in(tmp_path)
    run.folder.mkdir()
    path = outputs.write_config(run)
    before = path.read_bytes()
    with open_session(job_in(tmp_path, "trainer.resume=auto", "seed=7")):
        assert path.read_bytes() == before
    with open_session(job_in(tmp_path, "trainer.resume=auto", "seed=7")):
        path.unlink()
    with open_session(job_in(tmp_path, "trainer.resume=auto", "seed=7")):
        assert "seed: 7" in path.read_text(encoding="utf-8")
