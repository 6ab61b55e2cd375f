"""LABEL005: labels that mean no label."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL005"


def file(folder: Path, labels: list[object], *more: str) -> list[str]:
    return task(write_csv(folder / "a.csv", list(zip(texts(len(labels)), labels, strict=True))), *more)


def example(tmp_path: Path) -> list[str]:
    """Two rows were not labelled."""
    return file(tmp_path, [0, 1, 2, 0, -100, 1, 2, -100])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_rows_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.message == "2 of 8 train rows have the label `-100`, which means none"
    assert found.notes[0].startswith("row 5, 8 of ")


def test_minus_one_beside_numbered_classes_is_a_warning(tmp_path: Path) -> None:
    assert finding(file(tmp_path, [0, 1, 2, -1] * 3), CODE).severity.value == "warning"


@pytest.mark.parametrize("labels", [[-1, 0, 1], [-1, 1], [-2, -1, 0, 1, 2], ["-1", "가"], [1, 2, 3]])
def test_opinions_are_classes(tmp_path: Path, labels: list[object]) -> None:
    assert CODE not in codes(file(tmp_path, labels * 4))


def test_a_class_that_is_named_is_one(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, [0, -100] * 4, 'task.labels=["0","-100"]'))
    assert CODE not in codes(file(tmp_path, [0.5, -100, 3.1, 7] * 4, "task.objective=regression"))
