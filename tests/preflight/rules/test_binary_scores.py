"""LABEL014: classes that are read as scores."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL014"


def file(folder: Path, scores: list[object], *more: str) -> list[str]:
    return task(
        write_csv(folder / "a.csv", list(zip(texts(len(scores)), scores, strict=True))),
        "task.objective=regression",
        *more,
    )


def example(tmp_path: Path) -> list[str]:
    """Two classes."""
    return file(tmp_path, [0, 1] * 10)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    found = finding(file(tmp_path, [0, 1, 1] * 10), CODE)
    assert found.severity.value == "note"
    assert found.message == "the scores of 30 train rows are 2 whole numbers: 0 (10), 1 (20)"


@pytest.mark.parametrize("scores", [[0, 0.5, 1], [1, 2, 3, 4, 5]])
def test_scores_are_scores(tmp_path: Path, scores: list[object]) -> None:
    assert CODE not in codes(file(tmp_path, scores * 5))


def test_a_few_rows_say_nothing(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, [0, 1, 0, 1]))


def test_pairs_stay_pairs(tmp_path: Path) -> None:
    rows = [(text, f"{text} 또", at % 2) for at, text in enumerate(texts(20))]
    path = write_csv(tmp_path / "p.csv", rows, "text,other,label")
    overrides = task(path, "task.objective=regression", "task.columns.text_pair=other")
    assert finding(overrides, CODE).fixes == [["task.objective=pair_classification"]]
    assert_fixes_clear(overrides, CODE)
