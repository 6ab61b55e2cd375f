"""What our own loop does when something goes wrong: memory, a full disk, numbers that are none."""

import errno
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from haechi.fault import RunFault
from haechi.training import checkpoint
from haechi.training.custom import Loop
from trainings import STEPS, model_of, run


@pytest.mark.parametrize("kind", ["hf", "custom"])
@pytest.mark.parametrize("when", [0, 3])
def test_gradients_that_are_none_stop_the_training_and_name_step_rows_and_rate(
    tmp_path: Path, kind: str, when: int
) -> None:
    model = model_of(tmp_path, dropout=0.1)
    calls = {"left": when * 2}

    def spoil(module: Any, given: Any, output: dict[str, Tensor]) -> dict[str, Tensor] | None:
        if not model.training:
            return None
        calls["left"] -= 1
        return {"logits": output["logits"] * float("nan")} if calls["left"] == -1 else None

    model.register_forward_hook(spoil)
    with pytest.raises(RunFault) as found:
        run(tmp_path, "nan", kind, **{**STEPS, "model": model})
    text = found.value.text
    assert text.startswith(f"error: the gradients of step {when + 1} are not finite: learning rate")
    assert "the step has no rows of a file" in text or "the step's rows" in text
    kept = "no checkpoint was written before" if when == 0 else "the last checkpoint is"
    assert kept in text
    assert "= help: try `trainer.learning_rate=" in text


def test_a_batch_that_memory_does_not_hold_is_taken_in_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {**STEPS, "dropout": 0.0}
    whole = run(tmp_path, "whole", "custom", **settings)
    real = Loop._pass

    def too_much(self: Loop, batch: dict[str, Tensor], targets: int) -> Tensor:
        if len(batch["labels"]) > 2:
            real(self, batch, targets)  # gradients that must not count
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(self, batch, targets)

    monkeypatch.setattr(Loop, "_pass", too_much)
    halved = run(tmp_path, "halved", "custom", **settings)
    assert [record.getMessage() for record in caplog.records if "out of memory" in record.getMessage()] == [
        "out of memory with 8 rows at once: going on with 4",
        "out of memory with 4 rows at once: going on with 2",
    ]
    assert halved.losses == pytest.approx(whole.losses, abs=1e-4)


def test_one_row_that_memory_does_not_hold_ends_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: Loop, *given: Any) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Loop, "_pass", never)
    with pytest.raises(torch.OutOfMemoryError):
        run(tmp_path, "none", "custom", **STEPS)


def test_what_a_cpu_says_when_memory_ends_is_understood() -> None:
    from haechi.training.memory import is_out_of_memory

    with pytest.raises(RuntimeError) as found:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(found.value)
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_a_full_disk_costs_a_checkpoint_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = run(tmp_path, "whole", "custom", **STEPS)
    real = checkpoint.write_checkpoint

    def full(folder: Path, state: checkpoint.State, *given: Any) -> Path:
        if state.step in {6, 9}:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(folder, state, *given)

    monkeypatch.setattr(checkpoint, "write_checkpoint", full)
    found = run(tmp_path, "full", "custom", **STEPS)
    assert found.losses == whole.losses
    steps = [path.name for path in checkpoint.all_checkpoints(tmp_path / "full")]
    assert steps == ["checkpoint-3", "checkpoint-12"]
    assert "no checkpoint at step 6: [Errno 28] No space left on device" in caplog.text


def test_best_weights_that_no_disk_held_are_not_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = run(tmp_path, "whole", "custom", **STEPS)
    best = whole.outcome.best["step"]
    real = checkpoint.write_checkpoint

    def full(folder: Path, state: checkpoint.State, *given: Any) -> Path:
        if state.step == best:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(folder, state, *given)

    monkeypatch.setattr(checkpoint, "write_checkpoint", full)
    found = run(tmp_path, "full", "custom", **STEPS)
    if best != found.outcome.steps:
        assert found.outcome.validation_outputs is None
        assert f"the best weights, of step {best}, could not be kept" in caplog.text
