"""TRAIN016: patience is counted in evaluations."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN016"


def example(tmp_path: Path) -> list[str]:
    """Patience, and no evaluation to count."""
    return ["trainer.early_stopping_patience=2", "trainer.eval_strategy=no"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "after 2 evaluations without gain" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [["trainer.early_stopping_patience=2"], ["trainer.eval_strategy=no"]],
    ids=" ".join,
)
def test_runs_that_are_fit(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
