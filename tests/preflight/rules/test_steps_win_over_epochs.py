"""TRAIN011: two lengths for one training."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN011"


def example(tmp_path: Path) -> list[str]:
    """Both are typed."""
    return ["trainer.max_steps=20", "trainer.num_train_epochs=3"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "note"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [["trainer.max_steps=20"], ["trainer.num_train_epochs=3"], ["debug=steps20"],
     ["trainer.max_steps=-1", "trainer.num_train_epochs=3"]],
)  # fmt: skip
def test_one_length(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
