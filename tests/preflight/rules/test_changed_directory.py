"""CFG011: relative paths in a run that changes its directory."""

import os
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes, files_task, good_file

CODE = "CFG011"
CHANGED = "hydra.job.chdir=true"


def example(tmp_path: Path) -> list[str]:
    """A file that is named from where the command is typed."""
    return [CHANGED, *files_task(Path(os.path.relpath(good_file(tmp_path))))]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert [item.key for item in assert_only(overrides, CODE).keys] == ["task.files.train"]
    assert_fixes_clear(overrides, CODE)


def test_a_relative_checkpoint_and_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_copy(tmp_path / "checkpoint")
    monkeypatch.chdir(tmp_path)
    overrides = ["model=local", "model.checkpoint=checkpoint", "tracking.uri=sqlite:///runs.db"]
    assert codes(overrides) == []
    found = assert_only([CHANGED, *overrides], CODE)
    assert [item.key for item in found.keys] == ["model.checkpoint", "tracking.uri"]
    assert_fixes_clear([CHANGED, *overrides], CODE)


@pytest.mark.parametrize("value", ["True", "1", "'true'"])
def test_other_spellings(tmp_path: Path, value: str) -> None:
    assert CODE in codes([*example(tmp_path)[1:], f"hydra.job.chdir={value}"])


def test_absolute_paths_stay_where_they_are(tmp_path: Path) -> None:
    uri = f"tracking.uri=sqlite:///{tmp_path}/runs.db"
    assert codes([CHANGED]) == []
    assert codes([CHANGED, *files_task(good_file(tmp_path)), uri]) == []
    assert codes([CHANGED, "tracking.uri=postgresql://host/runs", "trainer.resume=auto"]).count(CODE) == 0


def test_a_run_that_stays_where_it_is(tmp_path: Path) -> None:
    assert codes(example(tmp_path)[1:]) == []
    assert codes([*example(tmp_path)[1:], "hydra.job.chdir=false"]) == []
