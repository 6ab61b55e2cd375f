"""A run that cannot go on says so as a diagnostic, with a status and without a traceback."""

import pytest
from hydra.errors import CompactHydraException
from hydra.types import RunMode

from haechi.command_line import refusals_end_single_runs
from haechi.fault import RunFault

FAULT = RunFault("the gradients are not finite", ["the step's rows: 3, 7"], ["trainer.learning_rate=5e-06"])
TEXT = (
    "error: the gradients are not finite\n  = note: the step's rows: 3, 7\n"
    "  = help: try `trainer.learning_rate=5e-06`"
)  # fmt: skip


def test_a_single_run_ends_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, refusals_end_single_runs(RunMode.RUN):
        raise FAULT
    assert ended.value.code == 1
    assert capsys.readouterr().err.strip() == TEXT


def test_a_sweep_hears_of_it_without_a_traceback() -> None:
    with pytest.raises(CompactHydraException) as found, refusals_end_single_runs(RunMode.MULTIRUN):
        raise FAULT
    assert str(found.value) == TEXT
