"""metrics.jsonl: strict JSON lines that survive kills and full disks."""

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from full_disk import small_files
from haechi.tracking.journal import Journal, read_journal
from tracking.servers import SOURCES


def refuse_constant(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


def test_points_come_back_as_they_were_logged(tmp_path: Path) -> None:
    path = tmp_path / "run" / "metrics.jsonl"
    with Journal(path) as journal:
        journal.log(
            {"train/loss": 0.25, "validation/f1/경제": np.float32(0.5)}, step=3, epoch=0.5, time=1.5e9
        )
        journal.log({"a": math.nan, "b": math.inf, "c": -math.inf, "rows": 7}, step=4, epoch=1, time=1.5e9)
    first, second = read_journal(path)
    assert first == {"step": 3, "epoch": 0.5, "time": 1.5e9, "train/loss": 0.25, "validation/f1/경제": 0.5}
    assert math.isnan(second.pop("a"))
    assert second == {"step": 4, "epoch": 1, "time": 1.5e9, "b": math.inf, "c": -math.inf, "rows": 7}


def test_each_line_is_strict_json_with_hangul_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with Journal(path) as journal:
        journal.log({"f1/생활문화": math.nan, "f1/\ud800\n": 1.0}, step=1, epoch=0.0, time=0.0)
    (line,) = path.read_text("utf-8").splitlines()
    assert '"f1/생활문화": "nan"' in line
    assert json.loads(line, parse_constant=refuse_constant)["f1/\ud800\n"] == 1.0


def test_each_line_is_on_disk_before_log_returns(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    script = (
        "import os, signal, sys; from pathlib import Path; from haechi.tracking.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for step in range(100): journal.log({'loss': 0.5}, step, 0.0, 0.0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    killed = subprocess.run([sys.executable, "-c", script, str(path)], env=environment)
    assert killed.returncode == -signal.SIGKILL
    assert [point["step"] for point in read_journal(path)] == list(range(100))


@pytest.mark.parametrize("kept", [1, 20, -2])
def test_a_cut_last_line_is_skipped_and_cut_off_when_the_run_resumes(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "metrics.jsonl"
    line = '{"step": 2, "epoch": 1.0, "time": 1.0, "손실": 0.5}\n'.encode()
    path.write_bytes(line + line[:kept])
    assert len(read_journal(path)) == 1
    with Journal(path) as journal:
        journal.log({"손실": 0.25}, step=3, epoch=1.5, time=2.0)
    assert [point["step"] for point in read_journal(path)] == [2, 3]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 2, "epoch": 1.0, "time": 1.0, "loss": 0.5}')
    with Journal(path) as journal:
        journal.log({"loss": 0.25}, step=3, epoch=1.5, time=2.0)
    assert [point["step"] for point in read_journal(path)] == [2, 3]


def test_a_broken_line_in_the_middle_is_an_error_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": \n{"step": 3}\n')
    with pytest.raises(ValueError, match="line 2"):
        read_journal(path)


def test_what_a_full_disk_does_not_take_is_written_with_the_next_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "metrics.jsonl"
    with Journal(path) as journal:
        journal.log({"loss": 0.5}, step=1, epoch=0.0, time=0.0)
        with small_files(path.stat().st_size + 10):
            for step in (2, 3):
                journal.log({"loss": 0.4}, step=step, epoch=0.0, time=0.0)
                assert [point["step"] for point in read_journal(path)] == [1]
                assert path.read_bytes().endswith(b"\n"), "half a line is left"
        journal.log({"loss": 0.3}, step=4, epoch=0.0, time=0.0)
        assert [point["step"] for point in read_journal(path)] == [1, 2, 3, 4]
    assert [item.levelname for item in caplog.records] == ["WARNING"], "said once"
    assert "metrics are kept in memory" in caplog.text


@pytest.mark.parametrize("room", [True, False])
def test_what_waits_is_tried_once_more_at_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, room: bool
) -> None:
    path = tmp_path / "metrics.jsonl"
    journal = Journal(path)
    with small_files(10):
        journal.log({"loss": 0.5}, step=1, epoch=0.0, time=0.0)
        if not room:
            journal.close()
    journal.close()
    assert len(read_journal(path)) == (1 if room else 0)
    assert ("lacks its last lines, 1 of them" in caplog.text) is not room


def test_a_metric_may_not_be_named_as_a_field_of_every_line(tmp_path: Path) -> None:
    with Journal(tmp_path / "metrics.jsonl") as journal, pytest.raises(ValueError, match="epoch"):
        journal.log({"epoch": 1.0}, step=1, epoch=1.0, time=0.0)
