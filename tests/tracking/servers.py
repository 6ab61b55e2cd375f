"""A real tracking server and the few calls that the tests of trackers share."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haechi.schema.tracking import TrackingConfig
from haechi.tracking import Tracker, build_tracker

SOURCES = Path(__file__).resolve().parents[2] / "src"


@dataclass
class Server:
    """`mlflow server` in processes of its own."""

    uri: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As a crash does it: at once and all of it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(folder: Path, port: int, store: str | None = None) -> Server:
    """A server on a port; `store` is the address of its database, an sqlite file in the folder by default."""
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", store or f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    server = Server(f"http://127.0.0.1:{port}", process)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.uri}/health", timeout=2).close()
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    if process.poll() is None:
        server.kill()
    raise RuntimeError((folder / "server.log").read_text())


def new_tracker(uri: str | None = None, experiment: str = "주제 분류", **config: object) -> Tracker:
    return build_tracker(TrackingConfig(kind="mlflow", **config), experiment, "klue_bert mean", uri)


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def log_points(tracker: Tracker, calls: int, first_step: int = 0) -> None:
    """Log `calls` points of two values each, and see that no call waits for anything.

    One in a hundred may take more than 10 ms, since the machine has other things to do as well; none may take
    as long as a request to a server that is away.
    """
    seconds: list[float] = []
    for step in range(first_step, first_step + calls):
        began = time.perf_counter()
        tracker.log_metrics({"train/loss": 1.0 / (step + 1), "train/learning_rate": 3e-5}, step, time.time())
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    assert seconds[-1 - calls // 100] < 0.01
    assert seconds[-1] < 0.5
