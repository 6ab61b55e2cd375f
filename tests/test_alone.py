"""One process a folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from haechi import places
from haechi.alone import alone
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
    other.kill()
    other.communicate()
    with alone(lock, "somebody is there", seconds=5.0):
        pass


def test_a_place_that_takes_no_lock_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    entered = False
    with alone(tmp_path / "file" / ".lock", "held"):
        entered = True
    assert entered
