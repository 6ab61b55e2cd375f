"""Sweeps on a real Ray: jobs are spread, and a worker that is killed costs none of them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import QUICK, run, start
from sweep.waiting import wait_until
from tracking.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
pytest.importorskip("ray")
RAY = str(Path(sys.executable).with_name("ray"))
# Nodes and drivers of a cluster show one another a token.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "5" * 64}


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A head and a second node, of one core each; the address comes back."""
    port = free_port()
    # The path of a socket below it may have 107 characters.
    temporary = f"/tmp/haechi_ray_{port}"
    nodes: list[subprocess.Popen[bytes]] = []

    def start_node(*options: str) -> None:
        command = [RAY, "start", "--block", "--num-cpus=1", "--disable-usage-stats", *options]
        nodes.append(subprocess.Popen(
            command, env=os.environ | QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ))  # fmt: skip

    start_node("--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={temporary}")
    deadline = time.monotonic() + 120
    while not _listens(port):
        assert time.monotonic() < deadline, "the head does not start"
        time.sleep(0.2)
    start_node(f"--address=127.0.0.1:{port}")
    yield f"127.0.0.1:{port}"
    # With --block a node ends its own processes, and nobody else's.
    for node in reversed(nodes):
        node.terminate()
        node.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_jobs_are_spread_over_a_cluster_and_a_killed_worker_costs_none(tmp_path: Path, cluster: str) -> None:
    sweep = tmp_path / "sweep"
    process = start(
        tmp_path, "-m", "trainer.max_steps=80", "trainer.eval_strategy=steps", "trainer.eval_steps=10",
        "seed=1,2,3,4", "hydra/launcher=ray", f"hydra.launcher.address='{cluster}'", "tracking=none",
        f"hydra.sweep.dir={sweep}", **QUIET,
    )  # fmt: skip
    both = [sweep / str(number) / "metrics.jsonl" for number in (0, 1)]
    wait_until(lambda: all(path.is_file() and path.stat().st_size for path in both), process, 240)
    started = [json.loads((sweep / str(number) / ".started").read_text())["pid"] for number in (0, 1)]
    assert started[0] != started[1], "two jobs run beside each other"
    os.kill(started[0], signal.SIGKILL)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-3000:]
    assert "its process was lost; it goes on anew" in err
    jobs = json.loads((sweep / "sweep.json").read_text())["jobs"]
    assert [job["state"] for job in jobs] == ["finished"] * 4
    assert [job["attempts"] for job in jobs] == [2, 1, 1, 1]
    assert "Traceback" not in err


def test_a_ray_that_does_not_answer_is_one_diagnostic(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = run(
        tmp_path, "-m", *QUICK, "seed=1,2", "hydra/launcher=ray", f"hydra.launcher.address='{address}'",
        "tracking=none", **QUIET,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"error: Ray at `{address}` does not answer" in done.stderr
    assert "hydra.launcher.address=null" in done.stderr
    assert "Traceback" not in done.stderr
