"""Memory that does not suffice: fewer rows at once, the same numbers, and at one row a diagnostic."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel
from haechi.schema.task import Objective
from haechi.schema.trainer import Strategy, TrainerConfig
from haechi.training.memory import RowsAtOnce, is_out_of_memory
from haechi.training.pieces.fgm import Fgm
from starved import train, train_starved
from trainings import OBJECTIVES, STEPS, Training, model_of, run

both = pytest.mark.parametrize("kind", ["hf", "custom"])
every_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)

TOO_MANY_BYTES = 2**60
# Masks of dropout differ by what is in a pass.
QUIET: dict[str, Any] = {**STEPS, "dropout": 0.0}


def ask_for_too_much(*given: Any) -> None:
    """What torch's allocator raises is its own."""
    torch.empty(TOO_MANY_BYTES, dtype=torch.uint8)


def limited(
    model: TextModel, most: int, *, backward: bool, training: bool = True, after: int = 0
) -> TextModel:
    """The model, which asks for too much memory where more than so many rows go through it at once.

    Args:
        model: in place.
        most: rows.
        backward: in the backward pass, when the layers above the embeddings have their gradients already.
        training: in training, or in an evaluation.
        after: passes that go well in any case.
    """
    left = [after]

    def look(module: Any, given: Any, output: Tensor) -> None:
        if model.training is not training:
            return
        left[0] -= 1
        if len(output) > most and left[0] < 0:
            if backward:
                output.register_hook(ask_for_too_much)
            else:
                ask_for_too_much()

    model.encoder.backbone.embeddings.register_forward_hook(look)
    return model


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    messages = [record.getMessage() for record in caplog.records]
    return [message for message in messages if message.startswith("out of memory")]


def assert_equal(found: Training, whole: Training) -> None:
    assert found.losses == pytest.approx(whole.losses, abs=1e-5)
    assert found.of("train/grad_norm") == pytest.approx(whole.of("train/grad_norm"), rel=1e-3)
    assert found.of("validation/loss") == pytest.approx(whole.of("validation/loss"), abs=1e-5)
    assert found.outcome.best["value"] == pytest.approx(whole.outcome.best["value"])
    other = dict(whole.model.named_parameters())
    for name, weight in found.model.named_parameters():
        assert torch.allclose(weight, other[name], atol=1e-4), name


@both
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("after", [0, 3])
def test_a_step_that_memory_does_not_hold_is_taken_in_halves(
    tmp_path: Path, kind: str, backward: bool, after: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Also in its second micro-batch: gradients of the first count once, those of a failed pass never."""
    whole = run(tmp_path, "whole", kind, **QUIET)
    model = limited(model_of(tmp_path), 2, backward=backward, after=after)
    assert_equal(run(tmp_path, "halved", kind, **{**QUIET, "model": model}), whole)
    assert said(caplog) == [
        "out of memory with 8 rows at once: going on with 4 (from the start: "
        "trainer.per_device_train_batch_size=4 trainer.gradient_accumulation_steps=4)",
        "out of memory with 4 rows at once: going on with 2 (from the start: "
        "trainer.per_device_train_batch_size=2 trainer.gradient_accumulation_steps=8)",
    ]


@pytest.mark.parametrize("after", [0, 3])
def test_both_trainers_draw_the_same_dropout_in_parts(tmp_path: Path, after: int) -> None:
    ours, theirs = (
        run(
            tmp_path,
            kind,
            kind,
            **{**STEPS, "model": limited(model_of(tmp_path, dropout=0.1), 3, backward=True, after=after)},
        )
        for kind in ("custom", "hf")
    )
    assert_equal(ours, theirs)


@both
@every_objective
def test_an_evaluation_that_memory_does_not_hold_is_made_in_halves(
    tmp_path: Path, kind: str, objective: Objective, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"eval_strategy": Strategy.epoch, "per_device_eval_batch_size": 16}
    whole = run(tmp_path, "whole", kind, 16, objective, **settings)
    model = limited(model_of(tmp_path, objective), 3, backward=False, training=False)
    halved = run(tmp_path, "halved", kind, 16, objective, model=model, **settings)
    assert_equal(halved, whole)
    outputs, expected = halved.outcome.validation_outputs, whole.outcome.validation_outputs
    assert outputs is not None
    assert expected is not None
    assert np.allclose(outputs, expected, atol=1e-5)
    assert said(caplog) == [
        f"out of memory with {rows} rows at once: going on with {rows // 2} "
        f"(from the start: trainer.per_device_eval_batch_size={rows // 2})"
        for rows in (16, 8, 4)
    ]


@both
@pytest.mark.parametrize("training", [True, False])
def test_one_row_that_memory_does_not_hold_ends_the_run_in_words(
    tmp_path: Path, kind: str, training: bool
) -> None:
    model = limited(model_of(tmp_path), 0, backward=False, training=training)
    with pytest.raises(RunFault) as found:
        run(tmp_path, "none", kind, 16, model=model, eval_strategy=Strategy.epoch)
    fault, note, *_, fix = found.value.text.split("\n")
    assert fault.startswith(
        f"error: out of memory in {'a training step' if training else 'an evaluation'} with "
    )
    assert " with 1 row of " in fault
    assert fault.endswith(" tokens at once")
    assert f"you tried to allocate {TOO_MANY_BYTES} bytes" in note
    tokens = int(fault.split()[-4])
    assert fix == f"  = help: try `tokenizer.max_length={tokens // 2}`"


@both
def test_memory_that_ends_in_an_update_ends_the_run_in_words(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AdamW's moments are allocated with the first update."""
    monkeypatch.setattr(torch.optim.AdamW, "step", ask_for_too_much)
    with pytest.raises(RunFault, match=r"^out of memory outside of the passes"):
        run(tmp_path, "none", kind, 16)


@both
def test_another_error_stays_what_it_is(tmp_path: Path, kind: str) -> None:
    model = model_of(tmp_path)

    def fail(module: Any, given: Any, output: Any) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    model.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match=r"^mat1 and mat2"):
        run(tmp_path, "none", kind, 16, model=model)


@pytest.mark.slow
@both
def test_a_process_that_the_system_gives_little_memory_trains_to_the_same_weights(
    tmp_path: Path, kind: str
) -> None:
    whole = train(tmp_path, kind)
    found = train_starved(tmp_path / "starved", kind, megabytes=64)
    assert any("train_batch_size=16" in message for message in found["messages"]), found["messages"]
    assert any("eval_batch_size=128" in message for message in found["messages"]), found["messages"]
    for name in ("train/loss", "validation/loss", "validation/macro_f1"):
        logged = [point[name] for point in found["logged"] if name in point]
        assert logged == pytest.approx(whole.of(name), abs=1e-4), name
    for name, weight in whole.model.state_dict().items():
        assert torch.allclose(found["weights"][name], weight, atol=1e-4), name


def test_embeddings_are_moved_back_where_memory_ends_in_the_second_pass(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    weight = model.encoder.backbone.get_input_embeddings().weight
    before = weight.detach().clone()
    weight.grad = torch.ones_like(weight)
    with pytest.raises(RuntimeError):
        Fgm(model, 1.0).after_backward(ask_for_too_much)
    assert torch.equal(weight, before)


def parts(rows: int) -> list[dict[str, Tensor]]:
    return [{"input_ids": torch.zeros(rows, 5, dtype=torch.long)}]


def test_batches_by_tokens_have_no_size_to_type(caplog: pytest.LogCaptureFixture) -> None:
    config = TrainerConfig(kind="hf", learning_rate=1e-3, num_train_epochs=1, max_tokens_per_batch=1000)
    rows = RowsAtOnce(config, training=True)
    rows.halve(MemoryError(), parts(9))
    assert said(caplog) == ["out of memory with 9 rows at once: going on with 4"]
    assert [len(part["input_ids"]) for part in rows.cut(*parts(9))] == [4, 4, 1]


@pytest.mark.parametrize(
    ("said", "is_memory"),
    [
        ("could not create a primitive", True),
        ("could not create a primitive descriptor for a matmul primitive", False),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("MPS backend out of memory (MPS allocated: 17.9 GB)", True),
        ("mat1 and mat2 shapes cannot be multiplied", False),
    ],
)
def test_what_libraries_say_when_memory_ends_is_understood(said: str, is_memory: bool) -> None:
    assert is_out_of_memory(RuntimeError(said)) is is_memory
    assert not is_out_of_memory(ValueError(said))


def test_what_a_cpu_says_when_memory_ends_is_understood() -> None:
    with pytest.raises(RuntimeError) as found:
        ask_for_too_much()
    assert is_out_of_memory(found.value)
    with pytest.raises(MemoryError) as numpys:
        np.empty(TOO_MANY_BYTES, dtype=np.uint8)
    assert is_out_of_memory(numpys.value)
