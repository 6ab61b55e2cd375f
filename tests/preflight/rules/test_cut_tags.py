"""LEN003: tagged tokens beyond the longest input."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import tagged, tagging, write_json

CODE = "LEN003"


def file(folder: Path, far: int, count: int, words: int = 20) -> list[str]:
    rows = tagged(count)
    for row in rows[:far]:
        row["text"] = [*list("그리고 " * words), *row["text"]]
        row["label"] = [*["O"] * (4 * words), *row["label"]]
    return tagging(write_json(folder / "ner.json", rows), "tokenizer.max_length=20")


def example(tmp_path: Path) -> list[str]:
    """Three of a hundred rows are long."""
    return file(tmp_path, 3, 100)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message.startswith("3 of 100 train rows are longer than 20 tokens, cutting off ")
    assert found.message.endswith(" tagged tokens and 3 of 100 entities")


@pytest.mark.parametrize(("far", "severity"), [(1, "note"), (2, "warning")])
def test_one_row_in_a_hundred_is_a_warning(tmp_path: Path, far: int, severity: str) -> None:
    assert finding(file(tmp_path, far, 101), CODE).severity.value == severity


def test_what_no_length_holds_has_to_be_accepted(tmp_path: Path) -> None:
    overrides = file(tmp_path, 3, 100, words=300)
    assert finding(overrides, CODE).fixes[0][-1] == "preflight.ignore=[LEN003]"
    assert_fixes_clear(overrides, CODE)


def test_short_rows_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, 0, 100))
