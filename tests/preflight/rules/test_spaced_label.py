"""LABEL010: a class and itself with a space."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL010"


def file(folder: Path, labels: list[str], *more: str) -> list[str]:
    return task(write_csv(folder / "a.csv", list(zip(texts(len(labels)), labels, strict=True))), *more)


def example(tmp_path: Path) -> list[str]:
    """Two labels were typed with a space."""
    return file(tmp_path, ["경제", "정치", "경제 ", "정치", "경제", " 정치"])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_rows_and_both_spellings_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message.startswith(
        "2 of 6 train rows differ from another label by a space: `경제 ` and `경제`"
    )
    assert found.notes[0] == f"row 3, 6 of {tmp_path / 'a.csv'}"


def test_a_space_without_a_twin_is_a_name(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, ["경제 ", "정치"] * 3))
    assert CODE not in codes(file(tmp_path, ["국제 경제", "경제"] * 3))
