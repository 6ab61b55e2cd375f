"""DATA008: no train rows at all, or none left."""

from pathlib import Path

import pytest

from haechi import places
from judging import assert_fixes_clear, assert_only, codes, files_task, good_file, write_rows

CODE = "DATA008"


def example(tmp_path: Path) -> list[str]:
    """Files are wanted, and none is named."""
    return ["task=files"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_files_for_other_splits_only(tmp_path: Path) -> None:
    overrides = ["task=klue_ynat", f"task.files.validation={places.SAMPLES / 'topic/validation.jsonl'}"]
    found = assert_only(overrides, CODE)
    assert "but files for validation" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("value", ["null", "''"])
def test_a_train_file_that_was_taken_away(value: str) -> None:
    assert CODE in codes([f"task.files.train={value}"])
    assert_fixes_clear([f"task.files.train={value}"], CODE)


def test_one_row_leaves_nothing_to_train_on(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "train.csv", "text,label\n제목,4.5\n")
    overrides = files_task(path, "task.objective=regression")
    assert "one train row" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)
    other = write_rows(tmp_path / "dev.csv", "text,label\n다른 제목,4.5\n")
    assert CODE not in codes([*overrides, f"task.files.validation={other}"])


def test_a_hub_data_set_and_a_train_file_pass(tmp_path: Path) -> None:
    assert CODE not in codes(["task=klue_ynat"])
    assert codes(files_task(good_file(tmp_path))) == []
