"""LABEL004: labels and objective that do not go together."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, write_rows

CODE = "LABEL004"


def example(tmp_path: Path) -> list[str]:
    """Similarities from 0 to 5 as classes."""
    return files_task(scores(tmp_path, "3.7", "0.4", "5.0", "2.2"))


def scores(folder: Path, *labels: str) -> Path:
    rows = [f"제목 {number},{label}" for number, label in enumerate(labels)]
    return write_rows(folder / "train.csv", "\n".join(["text,label", *rows]))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_topics_are_no_scores() -> None:
    found = assert_only(["task.objective=regression"], CODE)
    assert found.message == "875 of 875 train scores are no finite number"
    assert_fixes_clear(["task.objective=regression"], CODE)


@pytest.mark.parametrize("label", ["상", "nan", "inf", "-inf", "4,5", "1/2", "3.7점"])
def test_one_bad_score_is_named(tmp_path: Path, label: str) -> None:
    path = scores(tmp_path, "3.7", "0.4", f'"{label}"', "2.2")
    found = assert_only(files_task(path, "task.objective=regression"), CODE)
    assert found.message == "1 of 4 train scores are no finite number"
    assert found.notes == [f"row 3 of {path}: `{label}`"]


@pytest.mark.parametrize(
    "labels", [("1", "2", "-3", "0"), ("1e0", "2.5", " 3 ", "+4"), ("0.0", "1.0", "0.0", "1.0")]
)
def test_numbers_are_scores(tmp_path: Path, labels: tuple[str, ...]) -> None:
    assert codes(files_task(scores(tmp_path, *labels), "task.objective=regression")) == []


@pytest.mark.parametrize(
    "labels", [("0", "1", "0", "1"), ("0.0", "1.0", "0.0", "1.0"), ("1", "2", "3.5", "4")]
)
def test_whole_numbers_are_classes(tmp_path: Path, labels: tuple[str, ...]) -> None:
    assert codes(files_task(scores(tmp_path, *labels))) == []


def test_scores_that_are_named_as_labels_are_classes(tmp_path: Path) -> None:
    path = scores(tmp_path, "1.5", "2.5", "1.5", "2.5")
    assert codes(files_task(path, 'task.labels=["1.5","2.5"]')) == []
