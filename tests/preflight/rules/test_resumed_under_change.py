"""TRAIN017: the config that a run was started with against the one that it is to go on with."""

from pathlib import Path

import pytest

from haechi import outputs
from haechi.compose import compose
from haechi.resolve import resolve
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRAIN017"


def started(folder: Path, *overrides: str) -> list[str]:
    """A run that has left a checkpoint, as far as a verdict sees it; and what goes on with it."""
    composed = compose([*overrides, f"run_dir={folder}"])
    run = resolve(composed, composed.hydra)
    checkpoint = folder / "checkpoints" / "checkpoint-10"
    checkpoint.mkdir(parents=True)
    for name in ("model.safetensors", "trainer_state.json"):
        (checkpoint / name).write_text("{}")
    outputs.write_config(run)
    return [f"run_dir={folder}", "trainer.resume=auto"]


def example(tmp_path: Path) -> list[str]:
    """Another learning rate."""
    return [*started(tmp_path / "night"), "trainer.learning_rate=3e-5"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.message.endswith("was started with another config: 1 settings differ")
    assert found.notes == ["trainer.learning_rate: 0.001 there, 3e-05 now"]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "change",
    ["trainer=custom", "pooling=cls", "seed=7", "task.max_train_rows=100", "trainer.precision=float32"],
)
def test_what_decides_about_the_training(tmp_path: Path, change: str) -> None:
    assert finding([*started(tmp_path / "night"), change], CODE).severity.value == "error"


@pytest.mark.parametrize(
    "change",
    [[], ["trainer.logging_steps=5"], ["notify=none"], ["tracking=none"], ["trainer.learning_rate=0.001"],
     ["trainer.learning_rate=1e-3"], ["trainer.dataloader_num_workers=1"],
     ["task.token_cache=false"]],
    ids=" ".join,
)  # fmt: skip
def test_what_does_not(tmp_path: Path, change: list[str]) -> None:
    assert CODE not in codes([*started(tmp_path / "night"), *change])


def test_settings_of_the_start_are_those_that_it_was_given(tmp_path: Path) -> None:
    """Overrides of the start, typed again, files by another path to them included."""
    settings = ["trainer=custom", "trainer.max_steps=50", "+model.config.hidden_dropout_prob=0.2"]
    overrides = started(tmp_path / "night", *settings)
    assert CODE not in codes([*overrides, *settings])
    assert CODE in codes([*overrides, *settings[:2]])


def test_a_checkpoint_by_its_own_name(tmp_path: Path) -> None:
    started(tmp_path / "night")
    named = f"trainer.resume={tmp_path}/night/checkpoints/checkpoint-10"
    assert CODE in codes([named, "seed=7"])
    assert CODE not in codes([named])


def test_a_folder_without_a_config(tmp_path: Path) -> None:
    overrides = [*started(tmp_path / "night"), "seed=7"]
    (tmp_path / "night" / "config.yaml").unlink()
    assert CODE not in codes(overrides)


@pytest.mark.parametrize("kept", [0, 300, -12])
def test_a_config_that_is_cut_is_no_reason_to_go_on(tmp_path: Path, kept: int) -> None:
    overrides = started(tmp_path / "night")
    path = tmp_path / "night" / "config.yaml"
    path.write_bytes(path.read_bytes()[:kept])
    assert "does not say under which config" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)
