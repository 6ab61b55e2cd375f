"""DATA011: rows that stand twice, counted another way."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "DATA011"


def file(folder: Path, repeated: int, count: int) -> list[str]:
    lines = texts(count - repeated)
    rows = [(line, "ab"[number % 2]) for number, line in enumerate(lines)]
    return task(write_csv(folder / "rows.csv", [*rows, *rows[:repeated]]))


def example(tmp_path: Path) -> list[str]:
    """Five of a hundred rows stand there twice."""
    return file(tmp_path, 5, 100)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("repeated", "severity"), [(1, "note"), (9, "note"), (10, "warning"), (500, "warning")]
)
def test_one_row_in_a_hundred_is_a_warning(tmp_path: Path, repeated: int, severity: str) -> None:
    found = finding(file(tmp_path, repeated, 1000), CODE)
    assert found.severity.value == severity
    assert found.message.startswith(f"{repeated:,} of 1,000 train rows ")
    first = 1000 - repeated + 1
    assert found.notes[0].startswith(f"row {', '.join(map(str, range(first, min(first + 5, 1001))))}")


def test_spaces_and_composition_make_no_other_row(tmp_path: Path) -> None:
    rows = [("각하  귀하", "a"), ("\u1100\u1161\u11a8하 귀하", "a"), ("각하귀하", "b")]
    assert "1 of 3" in finding(task(write_csv(tmp_path / "a.csv", rows)), CODE).message


def test_rows_that_differ_are_none(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, 0, 50))
    pairs = write_csv(
        tmp_path / "p.csv",
        [("가", text, number % 2) for number, text in enumerate(texts(20))],
        "text,other,label",
    )
    paired = ["task.objective=pair_classification", "task.columns.text_pair=other"]
    assert CODE not in codes(task(pairs, *paired))
