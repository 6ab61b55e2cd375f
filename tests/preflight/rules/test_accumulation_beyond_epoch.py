"""TRAIN007: batches of a step against batches of an epoch."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TRAIN007"


def example(tmp_path: Path) -> list[str]:
    """Twelve rows in batches of four, and a step of four batches."""
    return [*rows(tmp_path, 12), "trainer.gradient_accumulation_steps=4"]


def rows(tmp_path: Path, count: int) -> list[str]:
    """A task of so many train rows in batches of four, with validation rows of its own."""
    lines = "".join(f"글 {index},{'ab'[index % 2]}\n" for index in range(count))
    train = write_rows(tmp_path / "train.csv", f"text,label\n{lines}")
    other = write_rows(tmp_path / "validation.csv", "text,label\n말 하나,a\n말 둘,b\n")
    return files_task(train, f"task.files.validation={other}", "trainer.per_device_train_batch_size=4")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert "4 batches are to be summed, and an epoch has 3" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("count", "fires"), [(12, True), (13, False), (16, False)])
def test_a_batch_that_is_not_full_is_one(tmp_path: Path, count: int, fires: bool) -> None:
    assert (CODE in codes([*rows(tmp_path, count), "trainer.gradient_accumulation_steps=4"])) is fires


def test_rows_that_are_left_out_do_not_count(tmp_path: Path) -> None:
    overrides = [*rows(tmp_path, 100), "trainer.gradient_accumulation_steps=8"]
    assert CODE not in codes(overrides)
    assert "an epoch has 5" in finding([*overrides, "task.max_train_rows=20"], CODE).message


def test_a_small_batch_of_a_small_file_is_nobodys_fault(tmp_path: Path) -> None:
    assert CODE not in codes(rows(tmp_path, 3))
    assert codes(["trainer.gradient_accumulation_steps=2"]) == []


@pytest.mark.slow
def test_trainer_ends_a_step_with_the_epoch(tmp_path: Path) -> None:
    import torch
    from torch import nn
    from transformers import Trainer, TrainingArguments

    class Line(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(1, 1)

        def forward(self, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": self.linear(labels[:, None].float()).square().mean()}

    arguments = TrainingArguments(
        str(tmp_path), num_train_epochs=4, per_device_train_batch_size=4, gradient_accumulation_steps=16,
        save_strategy="no", use_cpu=True, report_to="none", disable_tqdm=True,
    )  # fmt: skip
    trainer = Trainer(Line(), arguments, train_dataset=[{"labels": 1}] * 12)  # type: ignore[arg-type]
    trainer.train()
    assert trainer.state.global_step == 4
