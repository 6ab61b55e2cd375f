"""CFG015: no sweep in the folder that is named."""

from pathlib import Path

import pytest

from haechi.preflight.judge import judge
from judging import assert_fixes_clear, assert_only, codes
from sweeps import codes_of_sweep, planned

CODE = "CFG015"
GRID = ["pooling=cls,mean"]


def example(tmp_path: Path) -> list[str]:
    """A single run that is to go on with a sweep."""
    planned(tmp_path / "sweep_1", *GRID)
    return [f"sweep.resume={tmp_path / 'sweep_1'}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).fixes == [["sweep.resume=null"]]
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes_of_sweep([*GRID, *overrides])


@pytest.mark.parametrize("content", [None, "{", '{"version": 9}'])
def test_a_folder_without_a_record_that_can_be_read(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "sweep_1"
    folder.mkdir()
    if content is not None:
        (folder / "sweep.json").write_text(content)
    assert CODE in codes_of_sweep([*GRID, f"sweep.resume={folder}"])
    assert CODE in codes_of_sweep([*GRID, f"sweep.resume={tmp_path / 'nowhere'}"])


def test_the_sweep_of_a_job_and_the_newest_of_a_task_are_offered(tmp_path: Path) -> None:
    planned(tmp_path / "sweep_1", *GRID)
    planned(tmp_path / "sweep_2", *GRID)
    (tmp_path / "sweep_1" / "0").mkdir()
    for named, meant in ((tmp_path / "sweep_1" / "0", "sweep_1"), (tmp_path, "sweep_2")):
        (found,) = judge([*GRID, f"sweep.resume={named}"], multirun=True)[0].diagnostics
        fix, back = found.fixes
        assert fix == [f"sweep.resume={tmp_path / meant}"]
        assert back == ["sweep.resume=null"]
        assert CODE not in codes_of_sweep([*GRID, f"sweep.resume={named}", *fix])


def test_a_run_that_resumes_nothing_is_left_alone() -> None:
    assert CODE not in codes([])
