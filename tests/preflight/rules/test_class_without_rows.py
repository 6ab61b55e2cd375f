"""LABEL006: classes that no train row has."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL006"


def example(tmp_path: Path) -> list[str]:
    """A third class is named and has no row."""
    rows = [(text, "가나"[at % 2]) for at, text in enumerate(texts(12))]
    return task(write_csv(tmp_path / "a.csv", rows), 'task.labels=["가","나","다"]')


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_class_is_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "`task.labels` names 1 class of 3 that no train row has: `다`"
    assert found.fixes == [['task.labels=["가","나"]']] or found.fixes == [["task.labels=[가,나]"]]


def test_a_class_that_is_only_evaluated_stays_named(tmp_path: Path) -> None:
    dev = write_csv(tmp_path / "b.csv", [("다른 글 하나", "다"), ("다른 글 둘", "가")])
    found = finding([*example(tmp_path), f"task.files.validation={dev}"], CODE)
    assert found.fixes == []


def test_classes_with_rows_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), 'task.labels=["가","나"]'])
    assert CODE not in codes([*example(tmp_path), "task.labels=null"])
