"""DATA015: texts that stand for a missing value."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "DATA015"


def file(folder: Path, *words: str) -> list[str]:
    lines = [*texts(30), *words]
    return task(write_csv(folder / "rows.csv", [(line, at % 2) for at, line in enumerate(lines)]))


def example(tmp_path: Path) -> list[str]:
    """A program has written two missing texts as words."""
    return file(tmp_path, "nan", "None")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "word", ["nan", "NaN", "NULL", "null", "None", "none", "NA", "n/a", "#N/A", "<NA>", "NaT"]
)
def test_each_word_is_counted(tmp_path: Path, word: str) -> None:
    found = finding(file(tmp_path, word, f" {word} ", f"{word}", "가 " + word), CODE)
    assert found.message.startswith("3 of 34 train rows")
    assert found.notes[0].startswith("row 31, 32, 33 of")


@pytest.mark.parametrize("word", ["no", "nana", "나", "0", "nothing", "null."])
def test_other_words_are_texts(tmp_path: Path, word: str) -> None:
    assert CODE not in codes(file(tmp_path, word))
