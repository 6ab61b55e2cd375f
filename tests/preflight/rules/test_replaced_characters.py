"""DATA014: U+FFFD in the texts."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "DATA014"


def file(folder: Path, wrong: int, count: int) -> list[str]:
    lines = [f"{text}\ufffd" if at < wrong else text for at, text in enumerate(texts(count))]
    return task(write_csv(folder / "rows.csv", [(line, at % 2) for at, line in enumerate(lines)]))


def example(tmp_path: Path) -> list[str]:
    """Five of a hundred texts were decoded wrongly."""
    return file(tmp_path, 5, 100)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("wrong", "severity"), [(1, "note"), (2, "warning"), (101, "warning")])
def test_one_row_in_a_hundred_is_a_warning(tmp_path: Path, wrong: int, severity: str) -> None:
    found = finding(file(tmp_path, wrong, 101), CODE)
    assert found.severity.value == severity
    assert found.message.startswith(f"{wrong} of 101 train rows")
    assert "\ufffd" in found.notes[0]


def test_other_signs_are_none(tmp_path: Path) -> None:
    assert CODE not in codes(task(write_csv(tmp_path / "a.csv", [("가? \u25a1 \u2026", 0), ("나 ?", 1)])))
