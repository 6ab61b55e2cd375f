"""TRAIN012: pieces of our own loop under transformers' Trainer."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN012"


def example(tmp_path: Path) -> list[str]:
    """FGM, which Trainer has no place for."""
    return ["trainer.fgm_epsilon=0.5"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "knows no FGM" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [
        ["trainer=custom", "trainer.fgm_epsilon=0.5", "trainer.ema_decay=0.99"],
        ["trainer=custom", "trainer.r_drop_alpha=1"],
        [],
    ],
    ids=" ".join,
)
def test_runs_that_are_fit(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
