"""Runs that were trained, of all objectives: what their rows give is what results.json says."""

from pathlib import Path

import pytest

import running
from haechi.report.gather import gather
from haechi.report.judged_rows import read_rows
from haechi.report.resampling import on_all_rows
from haechi.report.weighted import build_statistic
from haechi.report.write import write_report

pytestmark = pytest.mark.slow
DRAWN = {
    "topic": {"curves", "classes", "best_run"},
    "nli": {"curves", "classes", "best_run"},
    "re": {"curves", "classes", "best_run"},
    "sts": {"curves", "best_run"},
    "ner": {"curves", "classes"},
    "mrc": {"curves"},
}


@pytest.mark.parametrize("task", DRAWN)
def test_a_real_run_is_reported(outputs: Path, tmp_path: Path, task: str) -> None:
    done = running.run(outputs, *running.QUICK, f"task=sample_{task}", "tracking=none", "model=tiny")
    assert done.returncode == 0, done.stderr
    record = gather([running.only_folder(outputs, f"sample_{task}")])[0]
    for split in ("validation", "test"):
        rows = read_rows(record, split)
        given = {name: value for name, value in record.final.items() if name.startswith(f"{split}/")}
        assert len(given) > 2
        for name, value in given.items():
            statistic = build_statistic(name.partition("/")[2], rows)
            if not name.endswith("/loss"):
                assert statistic is not None, name
                assert on_all_rows(statistic, len(rows)) == pytest.approx(value, abs=3e-6), name
    written = write_report([record], tmp_path / "report")
    assert {path.stem for path in written.plots} == DRAWN[task]
    assert "not drawn" not in written.html.read_text(encoding="utf-8")
