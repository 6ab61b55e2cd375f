"""CFG016: what a sweep was started with against what it is to go on with."""

from pathlib import Path

import pytest

from haechi.aside import write_json
from haechi.preflight.judge import judge
from sweeps import codes_of_sweep, planned

CODE = "CFG016"
GRID = ["pooling=cls,mean", "seed=1,2"]


@pytest.fixture
def resumed(tmp_path: Path) -> str:
    planned(tmp_path / "sweep_1", *GRID, "trainer.max_steps=50", "trainer.learning_rate=2e-5")
    return f"sweep.resume={tmp_path / 'sweep_1'}"


SAME = ["trainer.max_steps=50", "trainer.learning_rate=2e-5"]


@pytest.mark.parametrize(
    ("change", "said"),
    [(["trainer.max_steps=50", "trainer.learning_rate=3e-5"], "trainer.learning_rate: 2e-5 there, 3e-5 now"),
     (["trainer.max_steps=50"], "trainer.learning_rate: 2e-5 there, not typed now"),
     ([*SAME, "trainer.weight_decay=0.1"], "trainer.weight_decay: not typed there, 0.1 now"),
     ([*SAME, "+model.config.hidden_dropout_prob=0.3"],
      "model.config.hidden_dropout_prob: not typed there, 0.3 now")],
)  # fmt: skip
def test_another_value_of_what_is_not_swept_is_refused(resumed: str, change: list[str], said: str) -> None:
    for verdict in judge([*GRID, *change, resumed], multirun=True):
        (found,) = [item for item in verdict.diagnostics if item.code == CODE]
        assert found.severity.value == "error"
        assert found.notes == [said]
        assert found.fixes == [["sweep.resume=null"]]
    assert CODE not in codes_of_sweep([*GRID, *change, resumed, "sweep.resume=null"])


@pytest.mark.parametrize(
    "grid",
    [[], ["pooling=cls,mean,max"], ["seed=3"], ["pooling=max"], ["trainer.learning_rate=0.00002"],
     ["trainer.learning_rate=2e-5,5e-5"], ["notify=none"], ["trainer.logging_steps=5"], ["tags=[a]"],
     ["tracking=none"]],
    ids=" ".join,
)  # fmt: skip
def test_new_points_of_the_grid_are_welcome(resumed: str, grid: list[str]) -> None:
    assert CODE not in codes_of_sweep([*GRID, *SAME, *grid, resumed])


def test_a_config_that_was_changed_behind_the_same_command_is_refused(tmp_path: Path) -> None:
    """As conf/ may be between two starts; the record says what it was then."""
    record = planned(tmp_path / "sweep_1", *GRID)
    from haechi.sweep_record import NAME

    record.settings["trainer.warmup_steps"] = 0.3
    write_json(tmp_path / "sweep_1" / NAME, record.as_json())
    found = judge([*GRID, f"sweep.resume={tmp_path / 'sweep_1'}"], multirun=True)[0].diagnostics
    assert [item.notes for item in found if item.code == CODE] == [
        ["trainer.warmup_steps: 0.3 there, 0.1 now"]
    ]
