"""Checkpoints of a training: written aside and renamed, so that one that is there is whole."""

import json
import os
import shutil
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from haechi import launch
from haechi.checkpoint.header import BrokenFile, read_header
from haechi.fault import RunFault
from haechi.modeling.writing import one_kind_of_error
from haechi.training import processes

STATE = "trainer_state.json"
"""Trainer's name for it too. Both write it last."""
WEIGHTS = "model.safetensors"
OPTIMIZER = "optimizer.pt"


@dataclass
class State:
    """Where a training of our own loop is."""

    step: int = 0
    """Optimizer steps taken."""
    epoch: float = 0.0
    best_value: float | None = None
    best_step: int | None = None
    best_epoch: float | None = None
    evaluated_step: int = 0
    """The last step after which the validation rows were scored."""
    worse_in_a_row: int = 0
    """Evaluations since the best one."""
    loss_sum: float = 0.0
    """Losses since they were logged."""
    logged_step: int = 0
    processes: int = field(default_factory=launch.processes)
    """That trained together; others would give other batches."""
    trainer: str = "custom"


class ForeignCheckpoint(RunFault):
    """A checkpoint that another trainer wrote."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` was written by another trainer", fixes=["trainer=hf", "trainer.resume=null"]
        )


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step is."""
    return folder / f"checkpoint-{step}"


def all_checkpoints(folder: Path) -> list[Path]:
    """Whole checkpoints of a run from the oldest to the newest, whichever trainer wrote them."""
    found = [path for path in folder.glob("checkpoint-*") if path.name.rpartition("-")[2].isdigit()]
    return sorted(
        (path for path in found if is_whole(path)), key=lambda path: int(path.name.rpartition("-")[2])
    )


def is_whole(path: Path) -> bool:
    """Whether a checkpoint's writing came to its end, and nobody has begun to remove it.

    A machine that loses power may have kept the last file and lost what came before it.
    """
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
        read_header(path / WEIGHTS)
    except (OSError, ValueError, BrokenFile):
        return False
    return isinstance(state, dict) and zipfile.is_zipfile(path / OPTIMIZER)


def put_aside(final: Path) -> Path:
    """Where a checkpoint waits while one of the same step is written; it is there if one was whole."""
    before = final.with_name(f".{final.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if is_whole(final):
        final.rename(before)
    shutil.rmtree(final, ignore_errors=True)
    return before


def put_back(folder: Path) -> None:
    """Take back what was put aside for a checkpoint that did not become whole, and remove the rest."""
    for before in folder.glob(".checkpoint-*.before"):
        final = folder / before.name.removeprefix(".").removesuffix(".before")
        if not is_whole(final):
            shutil.rmtree(final, ignore_errors=True)
            before.rename(final)
        shutil.rmtree(before, ignore_errors=True)


def write_checkpoint(folder: Path, state: State, model: nn.Module, optimizer: dict[str, Any]) -> Path:
    """Write a checkpoint.

    Args:
        folder: the run's checkpoints.
        state: where the training is.
        model: its weights as they are trained.
        optimizer: whatever torch can pickle.

    Raises:
        OSError: nothing is left behind, and older checkpoints are as they were.
    """
    final = checkpoint_folder(folder, state.step)
    aside = folder / f".{final.name}.writing"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with one_kind_of_error(folder):
            aside.mkdir(parents=True)
            save_file(_own_tensors(model), aside / WEIGHTS)
            with (aside / OPTIMIZER).open("wb") as file:
                torch.save(optimizer, file)
            (aside / STATE).write_text(json.dumps(asdict(state), indent=2), encoding="utf-8")
            flush(aside)
            before = put_aside(final)
            aside.rename(final)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        put_back(folder)
        raise
    shutil.rmtree(before, ignore_errors=True)
    return final


def _own_tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Every tensor once: tied weights are one, and safetensors refuses to store them twice."""
    seen: set[int] = set()
    found: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            found[name] = tensor.detach().cpu().contiguous()
    return found


def flush(folder: Path) -> None:
    """Have the files of a folder on the disk, which may say only now that it takes no more.

    Raises:
        OSError: it does.
    """
    for path in folder.iterdir():
        _flush(path)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def to_resume(wanted: str | None, folder: Path) -> Path | None:
    """The checkpoint to go on from: with `auto` the newest of the run, if it has one; None starts afresh."""
    if wanted is None:
        return None
    if wanted != "auto":
        return Path(wanted)
    if launch.is_first():
        put_back(folder)
    processes.wait()
    found = all_checkpoints(folder)
    return found[-1] if found else None


def read_state(path: Path) -> State:
    """Where the training was.

    Raises:
        ForeignCheckpoint: another trainer wrote it.
    """
    content = json.loads((path / STATE).read_text(encoding="utf-8"))
    if content.get("trainer") != State.trainer:
        raise ForeignCheckpoint(path)
    return State(**content)


def load_weights(path: Path, model: nn.Module) -> None:
    """The weights of a checkpoint, into a model of the same shape."""
    model.load_state_dict(load_file(path / WEIGHTS), strict=False)


def load_optimizer(path: Path) -> dict[str, Any]:
    """What was given as `optimizer`."""
    return torch.load(path / OPTIMIZER, map_location="cpu", weights_only=True)


def clear_old(folder: Path, keep: int, best_step: int | None) -> None:
    """Remove the oldest checkpoints beyond so many, never the best one or the last."""
    found = all_checkpoints(folder)
    kept = {found[-1], checkpoint_folder(folder, best_step or -1)} if found else set()
    for path in found:
        if len(found) <= keep:
            return
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
            found = [item for item in found if item != path]
