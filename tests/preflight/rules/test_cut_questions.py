"""LEN006: questions of more than 64 tokens."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, write_json

CODE = "LEN006"


def file(folder: Path, long: int, words: int = 70) -> list[str]:
    rows = questions(20)
    for row in rows[:long]:
        row["question"] = " ".join(["그"] * words)
    return asking(write_json(folder / "qa.json", rows))


def example(tmp_path: Path) -> list[str]:
    """Two long questions."""
    return file(tmp_path, 2)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "note"
    assert found.message == "2 of 20 train rows have a question of more than 64 tokens, which is cut"


@pytest.mark.parametrize(("words", "fires"), [(64, False), (65, True)])
def test_the_limit(tmp_path: Path, words: int, fires: bool) -> None:
    assert (CODE in codes(file(tmp_path, 1, words))) == fires
