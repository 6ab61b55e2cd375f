"""TRAIN015: weights of classes where rows have none."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN015"


def example(tmp_path: Path) -> list[str]:
    """Scores have no classes."""
    return ["task=sample_sts", "trainer.class_weights=balanced"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "a task of regression has none" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [
        ["trainer.class_weights=balanced"],
        ["task=sample_nli", "trainer.class_weights=balanced"],
        ["task=sample_re", "trainer.class_weights=balanced"],
    ],
    ids=" ".join,
)
def test_runs_that_are_fit(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
