"""TRAIN006: evaluations against the steps of the training."""

import math
from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TRAIN006"


def example(tmp_path: Path) -> list[str]:
    """The default of Trainer and a short training."""
    return ["trainer.eval_strategy=steps", "trainer.max_steps=20"]


def rows(tmp_path: Path, count: int) -> list[str]:
    """A task of so many train rows, with validation rows of its own."""
    lines = "".join(f"글 {index},{'ab'[index % 2]}\n" for index in range(count))
    train = write_rows(tmp_path / "train.csv", f"text,label\n{lines}")
    other = write_rows(tmp_path / "validation.csv", "text,label\n말 하나,a\n말 둘,b\n")
    return files_task(train, f"task.files.validation={other}")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "after 500 steps, and the training has 20" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("batch", "accumulation", "epochs"), [(8, 1, 3), (8, 2, 3), (7, 3, 2)])
def test_the_steps_are_those_of_trainer(tmp_path: Path, batch: int, accumulation: int, epochs: int) -> None:
    steps = math.ceil(math.ceil(100 / batch) / accumulation) * epochs
    overrides = [
        *rows(tmp_path, 100),
        "trainer.eval_strategy=steps",
        f"trainer.per_device_train_batch_size={batch}",
        f"trainer.gradient_accumulation_steps={accumulation}",
        f"trainer.num_train_epochs={epochs}",
    ]
    assert CODE not in codes([*overrides, f"trainer.eval_steps={steps}"])
    assert (
        f"the training has {steps}" in finding([*overrides, f"trainer.eval_steps={steps + 1}"], CODE).message
    )


def test_never_is_noted(tmp_path: Path) -> None:
    overrides = ["trainer.eval_strategy=no"]
    assert assert_only(overrides, CODE).severity.value == "note"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides", [[], ["trainer.eval_steps=100000"], ["debug=steps20"], ["trainer.max_steps=1"]]
)
def test_other_strategies(overrides: list[str]) -> None:
    assert CODE not in codes(overrides)
