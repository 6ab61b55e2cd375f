"""TRAIN013: frozen layers against those of the model."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN013"


def example(tmp_path: Path) -> list[str]:
    """Half of a base model, and the model has two layers."""
    return ["trainer.frozen_layers=6"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "6 layers are to be frozen, and the model has 2" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [["trainer.frozen_layers=2"], ["trainer.frozen_layers=0"], ["trainer=custom", "trainer.frozen_layers=1"]],
    ids=" ".join,
)
def test_runs_that_are_fit(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
