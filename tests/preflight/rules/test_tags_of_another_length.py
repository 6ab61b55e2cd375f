"""LABEL012: a tag too many."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import tagged, tagging, write_json

CODE = "LABEL012"


def example(tmp_path: Path) -> list[str]:
    """Two rows lack their last tag."""
    rows = tagged(10)
    for number in (2, 6):
        rows[number]["label"].pop()
    return tagging(write_json(tmp_path / "ner.json", rows))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_rows_and_numbers_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "tokens and tags differ in number in 2 of 10 train rows"
    assert found.notes == [f"row 3, 7 of {tmp_path / 'ner.json'}: 9 tokens and 8 tags"]


def test_rows_in_order_are_fit(tmp_path: Path) -> None:
    found = codes(tagging(write_json(tmp_path / "ner.json", tagged(10))))
    assert [code for code in found if code.startswith(("DATA", "LABEL", "LEN"))] == []
