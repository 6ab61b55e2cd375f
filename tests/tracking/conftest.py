"""Servers that are gone after the test, and outputs of one's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haechi.tracking import delivery
from tracking.servers import Server, start_server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[int], Server]]:
    """Starts a server on a port; all are gone after the test."""
    servers: list[Server] = []

    def start(port: int) -> Server:
        servers.append(start_server(tmp_path, port))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture
def hangul_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An outputs folder with a Hangul name, a space and a percent sign, in an empty working directory."""
    folder = tmp_path / "출력 50%"
    monkeypatch.setenv("HAECHI_OUTPUTS", str(folder))
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    return folder


@pytest.fixture(autouse=True)
def no_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """These runs have nothing to import and build first."""
    monkeypatch.setattr(delivery, "HEAD_START_SECONDS", 0.0)
