"""One process a folder."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from haechi import places
from haechi.alone import alone, is_held
from haechi.fault import RunFault

HOLDS = f"""
import sys
sys.path.insert(0, {str(places.ROOT / "src")!r})
from pathlib import Path
from haechi.alone import alone
with alone(Path(sys.argv[1]), "held"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_held_by_one_process_and_freed_when_that_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(RunFault, match="somebody is there"), alone(lock, "somebody is there"):
        pass
    assert is_held(lock)
    other.kill()
    other.communicate()
    with alone(lock, "somebody is there", seconds=5.0):
        pass
    assert not is_held(lock)


def test_a_place_that_takes_no_lock_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    entered = False
    with alone(tmp_path / "file" / ".lock", "held"):
        entered = True
    assert entered


def test_a_file_system_without_locks_gets_no_marker_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """filelock would otherwise make one, which a process that is killed on another host leaves for ever."""

    def no_flock(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_flock)
    lock = tmp_path / ".lock"
    for _ in range(2):
        with alone(lock, "held"):
            with alone(lock, "held"):
                pass
            assert not is_held(lock)
