"""TRAIN009: workers against cores."""

import multiprocessing
import os
from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN009"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else multiprocessing.cpu_count()

pytestmark = pytest.mark.skipif(not 1 < CORES < 64, reason="more workers than the setting allows")


def example(tmp_path: Path) -> list[str]:
    """One more than there are."""
    return [f"trainer.dataloader_num_workers={min(CORES + 1, 64)}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "warning"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("workers", [0, 1, CORES])
def test_a_worker_for_each_core(workers: int) -> None:
    assert codes([f"trainer.dataloader_num_workers={workers}"]) == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux")
def test_the_cores_that_the_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    assert codes(["trainer.dataloader_num_workers=2"]) == []
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert codes(["trainer.dataloader_num_workers=2"]) == [CODE]
    finally:
        os.sched_setaffinity(0, allowed)
