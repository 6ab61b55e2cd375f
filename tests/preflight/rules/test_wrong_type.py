"""CFG003: the key, the value and what was expected are named."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG003"


def example(tmp_path: Path) -> list[str]:
    """bf17 is none of the precisions."""
    return ["trainer.precision=bf17"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_nearest_choice_is_the_fix() -> None:
    assert finding(["trainer.precision=bf17"], CODE).fixes == [["trainer.precision=bf16"]]
    assert finding(["task.objective=regresion"], CODE).fixes == [["task.objective=regression"]]
    assert finding(["preflight.format=xml"], CODE).fixes[0][0].startswith("preflight.format=")


@pytest.mark.parametrize(
    "override",
    [
        "seed=abc", "seed=1.5", "seed=null", "seed=true", "trainer.learning_rate=[1]", "tags=a", "tags=null",
        "tags=[[a]]", "tags=[a,null]", "tokenizer.add_tokens=[null,a]",
        "trainer.learning_rate=null", "trainer.per_device_train_batch_size=10**12", "task.quoting=maybe",
        "task.files=null", "task.files.train=[a,b]", "model.config=null", "run_dir=[a]", "pooling.layer=last",
    ],
)  # fmt: skip
def test_other_types_are_refused(override: str) -> None:
    found = assert_only([override], CODE)
    assert override.partition("=")[0] in found.message
    assert_fixes_clear([override], CODE)


@pytest.mark.parametrize(
    "override", ["seed=1_000", "trainer.num_train_epochs=1", "tags=[a,b]", "run_dir=null"]
)
def test_values_that_convert_pass(override: str) -> None:
    assert codes([override]) == []
