"""MODEL015: master weights in bfloat16."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from judging import assert_fixes_clear, assert_only, codes
from running import QUICK, only_folder, run

CODE = "MODEL015"


def example(tmp_path: Path) -> list[str]:
    """Asked for by name."""
    return ["model.dtype=bfloat16"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_computing_in_bfloat16_is_not_warned_of() -> None:
    assert codes(["trainer.precision=bf16"]) == []


def test_an_update_of_the_usual_size_is_lost() -> None:
    weight = torch.tensor(0.05)
    assert weight - 5e-5 != weight
    assert weight.bfloat16() - 5e-5 == weight.bfloat16()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_run_trains_in_what_was_asked_for(tmp_path: Path, precision: str) -> None:
    wanted = [*example(tmp_path), f"trainer.precision={precision}"]
    outcome = run(tmp_path, *QUICK, *wanted, "tracking=none", "notify=none")
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    stored = load_file(only_folder(tmp_path) / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.bfloat16}
