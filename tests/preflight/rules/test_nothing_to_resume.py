"""TRAIN005: where a training is to go on from."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRAIN005"


def example(tmp_path: Path) -> list[str]:
    """A folder that is not there."""
    return [f"trainer.resume={tmp_path}/checkpoint-500"]


def checkpoint(folder: Path) -> Path:
    """A folder with the files that a training goes on from."""
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "trainer_state.json", "optimizer.pt"):
        (folder / name).write_bytes(b"")
    return folder


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert "there is no folder" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("left", ["model.safetensors", "trainer_state.json"])
def test_a_folder_that_is_no_checkpoint(tmp_path: Path, left: str) -> None:
    (checkpoint(tmp_path / "checkpoint-500") / left).unlink()
    assert "holds no checkpoint" in assert_only(example(tmp_path), CODE).message
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("below", ["", "checkpoints"])
def test_the_last_checkpoint_of_a_run_is_offered(tmp_path: Path, below: str) -> None:
    for step in (90, 1000, 500):
        checkpoint(tmp_path / below / f"checkpoint-{step}")
    overrides = [f"trainer.resume={tmp_path}"]
    assert finding(overrides, CODE).fixes[0] == [f"trainer.resume={tmp_path / below / 'checkpoint-1000'}"]
    assert_fixes_clear(overrides, CODE)


def test_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = checkpoint(tmp_path / "checkpoint-500")
    assert codes(example(tmp_path)) == []
    (folder / "model.safetensors").rename(folder / "model.safetensors.index.json")
    assert codes(example(tmp_path)) == []
    monkeypatch.chdir(tmp_path)
    assert codes(["trainer.resume=checkpoint-500"]) == []


def test_auto_looks_into_the_runs_folder(tmp_path: Path) -> None:
    new = ["trainer.resume=auto"]
    assert assert_only(new, CODE).severity.value == "note"
    assert_fixes_clear(new, CODE)
    # The first start of a job that may be restarted, and a later one.
    for folder in ("run_dir", "hydra.run.dir"):
        assert codes([*new, f"{folder}={tmp_path}/run"]) == []
    checkpoint(tmp_path / "run" / "checkpoints" / "checkpoint-10")
    assert codes([*new, f"run_dir={tmp_path}/run"]) == []


@pytest.mark.slow
def test_these_are_the_files_that_trainer_writes_and_reads(tmp_path: Path) -> None:
    import torch
    from torch import nn
    from transformers import Trainer, TrainingArguments

    class Line(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(1, 1)

        def forward(self, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": self.linear(labels[:, None].float()).square().mean()}

    def train(steps: int, resume: str | None) -> int:
        arguments = TrainingArguments(
            str(tmp_path), max_steps=steps, save_steps=1, use_cpu=True, report_to="none", disable_tqdm=True
        )
        rows = [{"labels": 1}, {"labels": 2}]
        trainer = Trainer(Line(), arguments, train_dataset=rows)  # type: ignore[arg-type]
        trainer.train(resume_from_checkpoint=resume)
        return trainer.state.global_step

    train(1, None)
    folder = tmp_path / "checkpoint-1"
    assert codes([f"trainer.resume={folder}"]) == []
    assert train(2, str(folder)) == 2
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="Can't find a valid checkpoint"):
        train(2, str(folder))
    assert codes([f"trainer.resume={folder}"]) == [CODE]
