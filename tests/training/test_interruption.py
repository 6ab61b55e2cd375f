"""A training that is asked to end leaves a whole checkpoint, and goes on from it as if nothing had been."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from haechi.modeling.assemble import TextModel
from haechi.training import checkpoint
from haechi.training.interruption import Interruption
from trainings import STEPS, Training, run


class Ended(Exception):
    """What the handler of the signal raises here."""


@contextmanager
def handled(number: int) -> Iterator[None]:
    def end(*_: object) -> None:
        raise Ended

    before = signal.signal(number, end)
    try:
        yield
    finally:
        signal.signal(number, before)


def weights(found: Training) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in found.model.state_dict().items()}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hf", "custom"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("place", ["pass 0", "pass 1", "pass 5", "pass 8", "evaluation 1", "evaluation 3"])
def test_a_signal_leaves_a_checkpoint_from_which_the_run_ends_the_same(
    tmp_path: Path, kind: str, number: int, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a step, of an accumulation and of an evaluation; then it goes to its own handler."""
    whole = run(tmp_path, "whole", kind, **STEPS)
    phase, at = place.split()
    calls = {"left": int(at)}
    real = TextModel.forward

    def send(self: TextModel, *given: Any, **named: Any) -> Any:
        if self.training is (phase == "pass"):
            if calls["left"] == 0:
                os.kill(os.getpid(), number)
            calls["left"] -= 1
        return real(self, *given, **named)

    with monkeypatch.context() as patch, handled(number):
        patch.setattr(TextModel, "forward", send)
        with pytest.raises(Ended):
            run(tmp_path, "broken", kind, **STEPS)
        assert signal.getsignal(number) is not signal.SIG_DFL
    assert checkpoint.all_checkpoints(tmp_path / "broken")
    resumed = run(tmp_path, "broken", kind, **STEPS, resume="auto")
    assert resumed.outcome.best == pytest.approx(whole.outcome.best)
    for key, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[key]), key


@pytest.mark.parametrize("kind", ["hf", "custom"])
def test_a_second_signal_is_obeyed_at_once(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(self: TextModel, *given: Any, **named: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the second one was not obeyed")

    monkeypatch.setattr(TextModel, "forward", twice)
    with handled(signal.SIGINT), pytest.raises(Ended):
        run(tmp_path, "broken", kind, **STEPS)
    assert not checkpoint.all_checkpoints(tmp_path / "broken")


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    """A shell starts what it puts in the background with Ctrl-C ignored: that is not asking a run to end."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert interruption.noted is None
    finally:
        signal.signal(signal.SIGINT, before)
