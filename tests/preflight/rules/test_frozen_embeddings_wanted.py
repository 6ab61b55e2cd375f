"""TRAIN014: embeddings that are frozen though something wants to change them."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN014"


def example(tmp_path: Path) -> list[str]:
    """A new token whose row stays as it was drawn."""
    return ['tokenizer.add_tokens=["떡상"]', "trainer.frozen_layers=1"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "the rows of 1 new tokens stay" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [
        ['tokenizer.add_tokens=["떡상"]'],
        ["trainer.frozen_layers=1"],
        ["trainer=custom", "trainer.fgm_epsilon=0.1"],
    ],
    ids=" ".join,
)
def test_runs_that_are_fit(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
