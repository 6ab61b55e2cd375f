"""A checkpoint that is there is whole, whatever broke off its writing."""

import errno
from pathlib import Path

import pytest
import torch
from torch import nn

from haechi.schema.trainer import Strategy
from haechi.training import checkpoint
from haechi.training.checkpoint import State
from trainings import run


class Tied(nn.Module):
    """Two names for one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(3, 3, bias=False)
        self.other = nn.Linear(3, 3, bias=False)
        self.other.weight = self.one.weight


def write(folder: Path, step: int, model: nn.Module | None = None) -> Path:
    return checkpoint.write_checkpoint(folder, State(step=step), model or nn.Linear(2, 2), {"step": step})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    model, other = nn.Linear(2, 2), nn.Linear(2, 2)
    state = State(step=7, epoch=0.5, best_value=0.25, best_step=3, loss_sum=1.5, logged_step=5)
    path = checkpoint.write_checkpoint(tmp_path, state, model, {"rate": 0.1})
    assert checkpoint.read_state(path) == state
    assert checkpoint.load_optimizer(path) == {"rate": 0.1}
    checkpoint.load_weights(path, other)
    assert torch.equal(model.weight, other.weight)


def test_tied_weights_stay_tied(tmp_path: Path) -> None:
    path, other = write(tmp_path, 1, model := Tied()), Tied()
    checkpoint.load_weights(path, other)
    assert torch.equal(other.other.weight, model.one.weight)
    assert other.other.weight is other.one.weight


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt", "trainer_state.json"])
def test_a_disk_that_is_full_leaves_the_checkpoints_before(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 1)
    real = checkpoint._flush

    def full(path: Path) -> None:
        if path.name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path)

    monkeypatch.setattr(checkpoint, "_flush", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]


def test_a_checkpoint_whose_writing_broke_off_does_not_count(tmp_path: Path) -> None:
    """Trainer writes into the folder itself; what it writes last tells."""
    write(tmp_path, 9)
    write(tmp_path, 10)
    state = tmp_path / "checkpoint-10" / "trainer_state.json"
    state.write_text(state.read_text()[:20])
    assert [path.name for path in checkpoint.all_checkpoints(tmp_path)] == ["checkpoint-9"]
    assert checkpoint.to_resume("auto", tmp_path) == tmp_path / "checkpoint-9"


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt"])
@pytest.mark.parametrize("share", [0.0, 0.5, None])
def test_a_checkpoint_that_lost_power_or_was_being_removed_does_not_count(
    tmp_path: Path, name: str, share: float | None
) -> None:
    """The file that is written last may be there all the same."""
    write(tmp_path, 9)
    file = write(tmp_path, 10) / name
    if share is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    assert checkpoint.to_resume("auto", tmp_path) == tmp_path / "checkpoint-9"


@pytest.mark.parametrize("left", ["nothing", "half"])
def test_a_kill_while_a_step_is_written_again_costs_no_checkpoint(tmp_path: Path, left: str) -> None:
    final = write(tmp_path, 10)
    checkpoint.put_aside(final)
    if left == "half":
        final.mkdir()
        (final / "model.safetensors").write_bytes(b"x")
    assert checkpoint.to_resume("auto", tmp_path) == final
    assert checkpoint.load_optimizer(final) == {"step": 10}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]


def test_what_was_put_aside_goes_once_the_step_is_written(tmp_path: Path) -> None:
    write(tmp_path, 10)
    assert write(tmp_path, 10) == tmp_path / "checkpoint-10"
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".checkpoint-3.writing").mkdir()
    (tmp_path / ".checkpoint-3.writing" / "junk").write_text("x")
    path = write(tmp_path, 3)
    assert sorted(item.name for item in path.iterdir()) == [
        "model.safetensors", "optimizer.pt", "trainer_state.json",
    ]  # fmt: skip
    assert [item.name for item in tmp_path.iterdir()] == ["checkpoint-3"]


@pytest.mark.parametrize(
    ("keep", "best", "left"),
    [(2, 1, [1, 5]), (2, 5, [4, 5]), (3, None, [3, 4, 5]), (1, 2, [2, 5]), (9, 1, None)],
)  # fmt: skip
def test_the_oldest_go_but_the_best_and_the_last(
    tmp_path: Path, keep: int, best: int | None, left: list[int] | None
) -> None:
    for step in range(1, 6):
        write(tmp_path, step)
    checkpoint.clear_old(tmp_path, keep, best)
    steps = [int(path.name.rpartition("-")[2]) for path in checkpoint.all_checkpoints(tmp_path)]
    assert steps == (left or [1, 2, 3, 4, 5])


def test_auto_without_a_checkpoint_starts_afresh(tmp_path: Path) -> None:
    assert checkpoint.to_resume("auto", tmp_path / "none") is None
    assert checkpoint.to_resume(None, tmp_path) is None


def test_the_other_trainers_checkpoint_is_refused_by_name(tmp_path: Path) -> None:
    run(tmp_path, "run", "hf", eval_strategy=Strategy.epoch)
    with pytest.raises(checkpoint.ForeignCheckpoint, match="written by another trainer"):
        run(tmp_path, "run", "custom", resume="auto")
