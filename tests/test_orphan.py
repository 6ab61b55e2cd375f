"""A worker whose sweep was killed."""

import os
import signal
import subprocess
import sys

import pytest

from haechi import places
from haechi.orphan import PROCESS, is_orphaned, note_process


@pytest.fixture
def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_worker_is_an_orphan_once_the_process_on_its_own_machine_is_gone(
    monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    monkeypatch.delenv(PROCESS, raising=False)
    assert not is_orphaned()
    monkeypatch.setenv(PROCESS, "")
    note_process()
    machine, _, number = os.environ[PROCESS].rpartition(":")
    assert number == str(os.getpid())
    assert not is_orphaned()
    monkeypatch.setenv(PROCESS, f"another {machine}:{gone}")
    assert not is_orphaned()
    monkeypatch.setenv(PROCESS, f"{machine}:{gone}")
    assert is_orphaned()


WORKS = f"""
import signal, sys, time
sys.path.insert(0, {str(places.ROOT / "src")!r})
from haechi import orphan
orphan.POLL_SECONDS = 0.1
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append("SIGTERM"))
with orphan.working():
    while not heard:
        time.sleep(0.05)
    print(*heard, flush=True)
    time.sleep(0.5)
    print("the job has ended", flush=True)
time.sleep(60)
"""


def test_an_orphan_is_asked_to_end_its_job_and_then_ends(monkeypatch: pytest.MonkeyPatch, gone: int) -> None:
    monkeypatch.setenv(PROCESS, "")
    note_process()
    machine = os.environ[PROCESS].rpartition(":")[0]
    process = subprocess.run(
        [sys.executable, "-c", WORKS], env=os.environ | {PROCESS: f"{machine}:{gone}"},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert process.stdout.splitlines() == ["SIGTERM", "the job has ended"]
    assert process.returncode == 128 + signal.SIGTERM
