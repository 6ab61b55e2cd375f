"""LABEL011: a column of ids."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL011"


def file(folder: Path, labels: list[object], *more: str) -> list[str]:
    return task(write_csv(folder / "a.csv", list(zip(texts(len(labels)), labels, strict=True))), *more)


def example(tmp_path: Path) -> list[str]:
    """The column of ids was taken for the label."""
    return file(tmp_path, [f"ynat-{number:05}" for number in range(40)])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    message = finding(example(tmp_path), CODE).message
    assert message == "40 train rows have 40 different labels such as `ynat-00000`"


@pytest.mark.parametrize(
    ("different", "rows", "fires"), [(20, 39, True), (20, 40, False), (19, 19, False), (30, 3000, False)]
)
def test_half_of_the_rows(tmp_path: Path, different: int, rows: int, fires: bool) -> None:
    assert (CODE in codes(file(tmp_path, [f"{number % different}번" for number in range(rows)]))) == fires


def test_whole_numbers_may_be_scores(tmp_path: Path) -> None:
    overrides = file(tmp_path, list(range(40)))
    assert finding(overrides, CODE).fixes == [["task.objective=regression"]]
    assert_fixes_clear(overrides, CODE)


def test_fractions_have_a_rule_of_their_own(tmp_path: Path) -> None:
    found = codes(file(tmp_path, [number + 0.5 for number in range(40)]))
    assert "LABEL004" in found
    assert CODE not in found
