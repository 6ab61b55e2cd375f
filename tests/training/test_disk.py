"""A disk that takes no more: what was written stays, the training goes on, and a lost model is said."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models
from torch import nn

from checkpoints import edit_json, tiny_copy
from full_disk import small_files
from haechi import places
from haechi.fault import RunFault
from haechi.modeling.description import Description
from haechi.modeling.save import save_model
from haechi.modeling.writing import one_kind_of_error
from haechi.outputs import STARTED
from haechi.session import LOCK
from haechi.tokenization.build import build_tokenizer
from haechi.training import checkpoint, used_rows
from haechi.training.custom import Loop
from haechi.training.hf import HaechiTrainer
from running import QUICK, environment, results
from running import run as run_script
from trainings import LABELS, STEPS, model_of, run

both = pytest.mark.parametrize("kind", ["hf", "custom"])

MEGABYTE = 2**20
# The tiny model's weights are 5.4 MB, and what AdamW keeps of them twice that.
NO_WEIGHTS, NO_OPTIMIZER = 2 * MEGABYTE, 8 * MEGABYTE


def fill_the_disk_at(monkeypatch: pytest.MonkeyPatch, steps: set[int], most: int = NO_WEIGHTS) -> None:
    """Let the checkpoints of some steps meet a disk that has room for small files only."""
    for owner, name in ((Loop, "_write_checkpoint"), (HaechiTrainer, "_save_checkpoint")):
        real: Callable[..., None] = getattr(owner, name)

        def limited(self: Any, *given: Any, real: Callable[..., None] = real, **named: Any) -> None:
            step = self.state.step if isinstance(self, Loop) else self.state.global_step
            with small_files(most if step in steps else None):
                real(self, *given, **named)

        monkeypatch.setattr(owner, name, limited)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@both
@pytest.mark.parametrize("most", [NO_WEIGHTS, NO_OPTIMIZER], ids=["weights", "optimizer"])
def test_a_full_disk_costs_a_checkpoint_and_not_the_training(
    tmp_path: Path, kind: str, most: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # With moments for all words the optimizer's file is the larger one.
    monkeypatch.setattr(used_rows, "MOST_USED", -1.0)
    whole = run(tmp_path, "whole", kind, **STEPS)
    fill_the_disk_at(monkeypatch, {6, 9}, most)
    found = run(tmp_path, "full", kind, **STEPS)
    assert found.losses == whole.losses
    assert found.outcome.best == whole.outcome.best
    assert names_in(tmp_path / "full") == ["checkpoint-12", "checkpoint-3"]
    said = [item.getMessage() for item in caplog.records if item.getMessage().startswith("no checkpoint")]
    assert [message.partition(": ")[0] for message in said] == [
        f"no checkpoint at step {at}" for at in (6, 9)
    ]
    assert all("[Errno" in message for message in said)


@both
def test_the_checkpoint_before_is_gone_on_from(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the process had been killed after the disk was full."""
    whole = run(tmp_path, "whole", kind, **STEPS)
    with monkeypatch.context() as patch:
        fill_the_disk_at(patch, {6, 9, 12})
        run(tmp_path, "full", kind, **STEPS)
    resumed = run(tmp_path, "full", kind, **STEPS, resume="auto")
    assert resumed.losses == whole.losses[3:]
    assert checkpoint.all_checkpoints(tmp_path / "full")[-1].name == "checkpoint-12"


@both
def test_a_checkpoint_that_cannot_be_written_again_stays(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A run that was stopped in an evaluation makes up for it and keeps the same step once more."""
    run(tmp_path, "run", kind, **{**STEPS, "num_train_epochs": 2})
    last = tmp_path / "run" / "checkpoint-6"
    if kind == "hf":
        edit_json(last / checkpoint.STATE, lambda content: content.update(
            log_history=[item for item in content["log_history"] if "eval_loss" not in item]
        ))  # fmt: skip
    else:
        edit_json(last / checkpoint.STATE, lambda content: content.update(evaluated_step=3))
    before = {path.name: path.read_bytes() for path in last.iterdir()}
    fill_the_disk_at(monkeypatch, {6})
    run(tmp_path, "run", kind, **{**STEPS, "num_train_epochs": 2}, resume="auto")
    assert "no checkpoint at step 6" in caplog.text
    assert {path.name: path.read_bytes() for path in last.iterdir()} == before
    assert names_in(tmp_path / "run") == ["checkpoint-3", "checkpoint-6"]


@both
def test_best_weights_that_no_disk_held_are_not_reported(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The model is the last one then, and not one that was the best before."""
    settings = {**STEPS, "learning_rate": 0.01}
    last = run(tmp_path, "last", kind, **settings, load_best_model_at_end=False)
    assert last.outcome.best["step"] == 9, "neither the last nor the first, or nothing is tested"
    fill_the_disk_at(monkeypatch, {9})
    found = run(tmp_path, "full", kind, **settings)
    assert found.outcome.validation_outputs is None
    assert "the best weights, of step 9, could not be kept: these are the last" in caplog.text
    for name, weight in last.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[name], weight), name


@both
def test_best_weights_of_the_last_step_need_no_disk(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = run(tmp_path, "whole", kind, **STEPS)
    assert whole.outcome.best["step"] == 12
    fill_the_disk_at(monkeypatch, {3, 6, 9, 12})
    found = run(tmp_path, "full", kind, **STEPS)
    assert names_in(tmp_path / "full") == []
    assert found.outcome.validation_outputs is not None
    assert "could not be kept" not in caplog.text
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[name], weight), name


@pytest.mark.parametrize("width", [1200, 700], ids=["weights", "optimizer"])
def test_whatever_cannot_be_written_of_a_checkpoint_is_an_os_error(tmp_path: Path, width: int) -> None:
    folder = tmp_path / "checkpoints"
    path = checkpoint.write_checkpoint(folder, checkpoint.State(step=1), nn.Linear(2, 2), {})
    moments = {"moments": torch.ones(10**6)}
    with small_files(3 * MEGABYTE), pytest.raises(OSError, match="File too large"):
        checkpoint.write_checkpoint(folder, checkpoint.State(step=2), nn.Linear(width, width), moments)
    assert names_in(folder) == [path.name]
    assert checkpoint.is_whole(path)


@pytest.mark.parametrize("library", ["safetensors", "torch", "torch in Python", "tokenizers", "python"])
def test_every_library_that_writes_raises_the_same(tmp_path: Path, library: str) -> None:
    path, tensor = tmp_path / "file", torch.ones(10**6)
    words = Tokenizer(models.WordLevel({str(index): index for index in range(10**5)}, unk_token="0"))

    def write() -> None:
        match library:
            case "safetensors":
                save_file({"weight": tensor}, path)
            case "torch":
                torch.save(tensor, path)
            case "torch in Python":
                with path.open("wb") as file:
                    torch.save(tensor, file)
            case "tokenizers":
                words.save(str(path))
            case _:
                path.write_bytes(bytes(10**7))

    with small_files(MEGABYTE), pytest.raises(OSError, match="Errno") as found, one_kind_of_error(tmp_path):
        write()
    assert str(found.value).startswith("[Errno 5]" if library == "torch" else "[Errno 27] File too large")


def test_what_no_disk_says_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another"), one_kind_of_error(tmp_path):
        raise ValueError("another")


def test_a_model_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    description = Description("classification", {"kind": "mean"}, LABELS, 32, False, False)
    folder = tmp_path / "run" / "model"
    (tmp_path / "run" / "checkpoints" / "checkpoint-3").mkdir(parents=True)
    with small_files(MEGABYTE), pytest.raises(RunFault) as found:
        save_model(model_of(tmp_path), tokenizer, description, folder)
    fault, room, kept, fix = found.value.text.split("\n")
    assert fault == f"error: the model could not be written to {folder}: File too large"
    assert room.startswith("  = note: ")
    assert " MB are free there" in room
    assert kept.endswith("from its last checkpoint, checkpoint-3")
    assert fix == f"  = help: try `run_dir={tmp_path / 'run'} trainer.resume=auto`"
    assert names_in(tmp_path / "run") == ["checkpoints"]


def test_without_a_checkpoint_nothing_is_said_of_one(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    description = Description("classification", {"kind": "mean"}, LABELS, 32, False, False)
    with small_files(MEGABYTE), pytest.raises(RunFault) as found:
        save_model(model_of(tmp_path), tokenizer, description, tmp_path / "run" / "model")
    assert found.value.fixes == []


@pytest.mark.slow
@both
def test_a_run_whose_model_no_disk_takes_ends_in_one_diagnostic(tmp_path: Path, kind: str) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (NO_WEIGHTS, NO_WEIGHTS))

    folder = tmp_path / "run"
    run_script(tmp_path, script="check")  # which leaves the tiny checkpoint where it is looked for
    done = subprocess.run(
        [
            sys.executable, str(places.ROOT / "src" / "train.py"), *QUICK, f"trainer={kind}", "tracking=none",
            "notify=none", f"run_dir={folder}",
        ],
        cwd=tmp_path, env=environment(tmp_path), text=True, capture_output=True, timeout=240,
        preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr[-2000:]
    assert done.stderr.count("error: ") == 1
    assert f"error: the model could not be written to {folder / 'model'}: File too large" in done.stderr
    assert "no checkpoint at step 3" in done.stderr
    assert "Traceback" not in done.stderr
    found = results(folder)
    assert found["status"] == "failed"
    assert found["error"].startswith("RunFault: the model could not be written")
    assert len(found["metrics"]) > 0
    assert sorted(path.name for path in folder.glob(".*")) == [LOCK, STARTED], "nothing half written is left"
    assert names_in(folder / "checkpoints") == []
