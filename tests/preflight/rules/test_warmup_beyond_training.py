"""TRAIN003: the steps of a training, counted another way."""

import math
from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TRAIN003"


def example(tmp_path: Path) -> list[str]:
    """Longer than the whole training."""
    return ["trainer.warmup_steps=100000"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    ("rows", "batch", "accumulation", "epochs", "share"),
    [
        (40, 4, 1, 2, None),
        (41, 4, 1, 2, None),
        (41, 4, 3, 1.5, None),
        (100, 7, 2, 3, 0.1),
        (25, 8, 1, 1, 0.5),
    ],
)
def test_the_last_step_is_the_boundary(
    tmp_path: Path, rows: int, batch: int, accumulation: int, epochs: float, share: float | None
) -> None:
    text = "text,label\n" + "".join(f"제목 {number},{'가나'[number % 2]}\n" for number in range(rows))
    overrides = files_task(
        write_rows(tmp_path / "train.csv", text),
        f"trainer.per_device_train_batch_size={batch}",
        f"trainer.gradient_accumulation_steps={accumulation}",
        f"trainer.num_train_epochs={epochs}",
    )
    if share is None:
        dev = write_rows(tmp_path / "dev.csv", "text,label\n새 제목,가\n또 제목,나\n")
        overrides.append(f"task.files.validation={dev}")
    else:
        overrides.append(f"task.validation_share={share}")
    batches = [1] * len(range(0, rows - round(rows * (share or 0)), batch))
    updates = len([batches[start : start + accumulation] for start in range(0, len(batches), accumulation)])
    steps = math.ceil(updates * epochs)
    assert f"the training has {steps}" in finding([*overrides, f"trainer.warmup_steps={steps}"], CODE).message
    assert CODE not in codes([*overrides, f"trainer.warmup_steps={steps - 1}"])


def test_max_steps_and_fewer_rows_count() -> None:
    assert codes(["trainer.warmup_steps=20", "trainer.max_steps=21"]) == []
    assert_only(["trainer.warmup_steps=20", "trainer.max_steps=20"], CODE)
    assert_only(["trainer.warmup_steps=10", "task.max_train_rows=32", "trainer.num_train_epochs=10"], CODE)
    assert codes(["trainer.warmup_steps=9", "task.max_train_rows=32", "trainer.num_train_epochs=10"]) == []


def test_a_share_passes() -> None:
    assert codes(["trainer.warmup_steps=0.99"]) == []
