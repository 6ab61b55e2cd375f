"""What a training does with numbers that are none."""

from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from haechi.fault import RunFault
from trainings import STEPS, model_of, run


@pytest.mark.parametrize("kind", ["hf", "custom"])
@pytest.mark.parametrize("when", [0, 3])
def test_gradients_that_are_none_stop_the_training_and_name_step_rows_and_rate(
    tmp_path: Path, kind: str, when: int
) -> None:
    model = model_of(tmp_path, dropout=0.1)
    calls = {"left": when * 2}

    def spoil(module: Any, given: Any, output: dict[str, Tensor]) -> dict[str, Tensor] | None:
        if not model.training:
            return None
        calls["left"] -= 1
        return {"logits": output["logits"] * float("nan")} if calls["left"] == -1 else None

    model.register_forward_hook(spoil)
    with pytest.raises(RunFault) as found:
        run(tmp_path, "nan", kind, **{**STEPS, "model": model})
    text = found.value.text
    assert text.startswith(f"error: the gradients of step {when + 1} are not finite: learning rate")
    assert "the step has no rows of a file" in text or "the step's rows" in text
    kept = "no checkpoint was written before" if when == 0 else "the last checkpoint is"
    assert kept in text
    assert "= help: try `trainer.learning_rate=" in text
