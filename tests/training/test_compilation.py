"""Compiled layers."""

from pathlib import Path

import pytest
import torch

from haechi.schema.trainer import Compile
from haechi.training.compilation import (
    STEPS_THAT_PAY_BACK,
    compile_layers,
    has_compiler,
    layers_of,
    pays_back,
)
from running import run as start_and_wait
from trainings import model_of, run


def test_the_layers_are_those_of_the_encoder(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    assert layers_of(model) == list(model.encoder.backbone.encoder.layer)


def test_on_a_cpu_it_never_pays_back(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert not pays_back(10 * STEPS_THAT_PAY_BACK)
    assert not compile_layers(model_of(tmp_path), Compile.auto, 10 * STEPS_THAT_PAY_BACK)


def test_never_is_never(tmp_path: Path) -> None:
    assert not compile_layers(model_of(tmp_path), Compile.never, 10**9)


@pytest.mark.slow
@pytest.mark.skipif(not has_compiler(), reason="there is no C++ compiler")
def test_a_run_with_compiled_layers_trains(tmp_path: Path) -> None:
    done = start_and_wait(
        tmp_path, "trainer=custom", "trainer.compile=always", "trainer.precision=bf16", "trainer.max_steps=8"
    )
    assert done.returncode == 0, done.stderr
    assert "compile: 2 layers" in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not has_compiler(), reason="there is no C++ compiler")
@pytest.mark.parametrize("kind", ["custom", "hf"])
def test_compiled_layers_learn_the_same(tmp_path: Path, kind: str) -> None:
    plain = run(tmp_path, "plain", kind, max_steps=6, compile=Compile.never)
    compiled = run(tmp_path, "compiled", kind, max_steps=6, compile=Compile.always)
    assert compiled.losses == pytest.approx(plain.losses, abs=1e-5)
    assert plain.model.state_dict().keys() == compiled.model.state_dict().keys()
