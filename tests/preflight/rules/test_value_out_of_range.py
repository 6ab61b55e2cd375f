"""TRAIN001: bounds on both sides, nan and inf."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN001"


def example(tmp_path: Path) -> list[str]:
    """Five is no learning rate."""
    return ["trainer.learning_rate=5"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    "override",
    [
        "trainer.learning_rate=nan", "trainer.learning_rate=inf", "trainer.learning_rate=-inf",
        "trainer.learning_rate=0", "trainer.learning_rate=-1e-5", "model.recipe.learning_rate=5",
        "trainer.per_device_train_batch_size=0", "trainer.per_device_train_batch_size=1000000000000",
        "trainer.gradient_accumulation_steps=0", "trainer.num_train_epochs=0", "trainer.num_train_epochs=nan",
        "trainer.warmup_steps=nan", "trainer.warmup_steps=inf", "trainer.warmup_steps=-1",
        "trainer.max_steps=-5", "trainer.max_grad_norm=inf", "trainer.label_smoothing_factor=1",
        "task.highest_score=inf", "task.highest_score=nan", "task.highest_score=-5", "task.highest_score=0",
        "task.null_threshold=nan", "task.positive_from=nan", "task.positive_from=-inf",
        "task.max_train_rows=0", "task.validation_share=1", "preflight.sample_rows=-1",
        "preflight.network_timeout_seconds=0", "seed=-1", "seed=4294967296",
        "seed=1000000000000000000000000000000",
    ],
)  # fmt: skip
def test_beyond_the_bounds(override: str) -> None:
    found = assert_only([override], CODE)
    assert "e+" not in found.message
    assert_fixes_clear([override], CODE)


@pytest.mark.parametrize(
    "override",
    [
        "trainer.learning_rate=1e-8", "trainer.learning_rate=1", "trainer.per_device_train_batch_size=1",
        "trainer.per_device_train_batch_size=65536", "trainer.max_steps=-1", "trainer.warmup_steps=0",
        "seed=0",
        "seed=4294967295", "trainer.max_grad_norm=0", "task.max_train_rows=1", "task.max_train_rows=null",
        "task.highest_score=null", "task.highest_score=0.5", "task.positive_from=null",
        "task.positive_from=-2", "task.null_threshold=-3.5",
        "preflight.sample_rows=0",
    ],
)  # fmt: skip
def test_the_bounds_themselves_pass(override: str) -> None:
    assert CODE not in codes([override])


def test_a_nan_is_judged_beside_other_faults() -> None:
    overrides = ["trainer.num_train_epochs=nan", "trainer.warmup_steps=50", "task.metric=f1"]
    assert codes(overrides) == [CODE, "TRAIN002"]
