"""DATA010: rows that are in train and elsewhere."""

import unicodedata
from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, good_file, write_rows

CODE = "DATA010"


def example(tmp_path: Path) -> list[str]:
    """One of two validation rows is a train row."""
    other = write_rows(tmp_path / "dev.csv", "text,label\n코스피 하락 마감,경제\n새 제목 하나,경제\n")
    return files_task(good_file(tmp_path), f"task.files.validation={other}")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_count_and_the_row_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert found.message == "1 of 2 validation rows are train rows too"
    assert found.notes == [f"row 1 of {tmp_path / 'dev.csv'}"]


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    path = good_file(tmp_path)
    for split in ("validation", "test"):
        overrides = files_task(path, f"task.files.{split}={path}")
        assert assert_only(overrides, CODE).severity.value == "error"
        assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("same", [" 코스피  하락 마감 ", unicodedata.normalize("NFD", "코스피 하락 마감")])
def test_spaces_and_the_form_of_hangul_make_no_difference(tmp_path: Path, same: str) -> None:
    other = write_rows(tmp_path / "dev.csv", f"text,label\n{same},경제\n새 제목 하나,경제\n")
    assert CODE in codes(files_task(good_file(tmp_path), f"task.files.validation={other}"))


def test_a_pair_is_shared_only_as_a_pair(tmp_path: Path) -> None:
    train = write_rows(tmp_path / "train.csv", "text,text_pair,label\n가 나,다 라,0\n마 바,사 아,1\n")
    other = write_rows(tmp_path / "dev.csv", "text,text_pair,label\n가 나,사 아,0\n마 바,다 라,1\n")
    pair = ["task.objective=pair_classification", "task.columns.text_pair=text_pair"]
    assert codes(files_task(train, f"task.files.validation={other}", *pair)) == []


def test_empty_texts_are_not_the_same_row(tmp_path: Path) -> None:
    train = write_rows(tmp_path / "train.csv", "text,label\n,경제\n가 나,정치\n")
    other = write_rows(tmp_path / "dev.csv", "text,label\n,경제\n다 라,정치\n")
    assert CODE not in codes(files_task(train, f"task.files.validation={other}"))


def test_it_can_be_ignored(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), f"preflight.ignore=[{CODE}]"]) == []
