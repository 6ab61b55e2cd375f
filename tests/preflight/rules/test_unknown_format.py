"""DATA006: the suffix tells the format."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, good_file

CODE = "DATA006"


def example(tmp_path: Path) -> list[str]:
    """A spreadsheet."""
    return files_task(good_file(tmp_path, "train.xlsx"))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("name", ["train", "train.txt", "train.csv.gz", "train.xls"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    found = assert_only(files_task(good_file(tmp_path, name)), CODE)
    assert ".csv .json .jsonl .parquet .tsv" in found.message


@pytest.mark.parametrize("name", ["train.csv", "train.CSV", "my.train.csv"])
def test_the_last_suffix_counts_in_either_case(tmp_path: Path, name: str) -> None:
    assert codes(files_task(good_file(tmp_path, name))) == []
