"""What a run takes is its own, though another one was in the process before it."""

import pytest
import torch

from haechi.forecast.measure import reset_peak


@pytest.mark.parametrize("used", [True, False])
def test_the_peak_of_a_gpu_begins_anew_with_each_run_of_a_process(
    used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: used)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: begun.append(True))
    reset_peak()
    assert begun == [True] * used
