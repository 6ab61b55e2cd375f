"""TRAIN010: a limit that limits nothing."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TRAIN010"


def example(tmp_path: Path) -> list[str]:
    """As many as there are."""
    return [*rows(tmp_path, 100), "task.max_train_rows=90"]


def rows(tmp_path: Path, count: int) -> list[str]:
    """A task whose validation takes a tenth of so many rows."""
    lines = "".join(f"글 {index},{'ab'[index % 2]}\n" for index in range(count))
    train = write_rows(tmp_path / "train.csv", f"text,label\n{lines}")
    return files_task(train, "task.validation_share=0.1")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert "there are 90 train rows" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("wanted", "fires"), [(89, False), (90, True), (1000, True)])
def test_rows_of_the_validation_are_taken_off(tmp_path: Path, wanted: int, fires: bool) -> None:
    assert (CODE in codes([*rows(tmp_path, 100), f"task.max_train_rows={wanted}"])) is fires


def test_a_file_of_its_own_takes_none_off(tmp_path: Path) -> None:
    other = write_rows(tmp_path / "validation.csv", "text,label\n말 하나,a\n말 둘,b\n")
    overrides = [*rows(tmp_path, 100), f"task.files.validation={other}"]
    assert CODE not in codes([*overrides, "task.max_train_rows=99"])
    assert "there are 100 train rows" in finding([*overrides, "task.max_train_rows=100"], CODE).message


def test_no_limit() -> None:
    assert codes([]) == []
