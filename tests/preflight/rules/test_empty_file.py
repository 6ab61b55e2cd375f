"""DATA005: no bytes, no rows."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, good_file, write_rows

CODE = "DATA005"


def example(tmp_path: Path) -> list[str]:
    """A header, and nothing below it."""
    return files_task(write_rows(tmp_path / "train.csv", "text,label\n"))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", ""), ("a.csv", "\ufeff"), ("a.csv", "\n\n"), ("a.csv", "text,label"), ("a.tsv", ""),
        ("a.json", ""), ("a.json", "[]"), ("a.json", '{"data": []}'), ("a.jsonl", ""), ("a.jsonl", "\n \n"),
        ("a.parquet", ""),
    ],
)  # fmt: skip
def test_files_without_rows(tmp_path: Path, name: str, text: str) -> None:
    path = write_rows(tmp_path / name, text)
    assert_only(files_task(path), CODE)
    assert_fixes_clear(files_task(path), CODE)


def test_a_validation_file_can_be_left_out(tmp_path: Path) -> None:
    empty = write_rows(tmp_path / "dev.csv", "")
    found = assert_only(files_task(good_file(tmp_path), f"task.files.validation={empty}"), CODE)
    assert found.fixes == [["task.files.validation=null"]]


def test_a_file_with_rows_passes(tmp_path: Path) -> None:
    assert codes(files_task(good_file(tmp_path))) == []
