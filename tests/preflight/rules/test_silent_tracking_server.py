"""TRACK002: a server that is asked for its health."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRACK002"


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def example(tmp_path: Path) -> list[str]:
    """Nobody is there."""
    return [f"tracking.uri=http://127.0.0.1:{free_port()}"]


@contextmanager
def server(status: int, seconds: float = 0.0) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with a status; its address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            time.sleep(seconds)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", asked
    finally:
        http.shutdown()
        http.server_close()


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "connection refused" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("status", [200, 401, 404])
def test_any_answer_shows_that_somebody_is_there(status: int) -> None:
    with server(status) as (uri, asked):
        assert codes([f"tracking.uri={uri}/mlflow/"]) == []
        assert asked == ["/mlflow/health"]


def test_a_server_out_of_order() -> None:
    with server(503) as (uri, _):
        assert "it answers 503" in assert_only([f"tracking.uri={uri}"], CODE).message


def test_a_server_that_takes_its_time_is_waited_for_a_second() -> None:
    with server(200, seconds=6) as (uri, _):
        started = time.monotonic()
        assert "no answer within 1 s" in assert_only([f"tracking.uri={uri}"], CODE).message
        # Judged twice, by assert_only, and slowly where other tests run beside it.
        assert time.monotonic() - started < 6


def test_a_name_that_nobody_knows() -> None:
    assert_only(["tracking.uri=http://no-such-host.invalid:5000"], CODE)


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    assert "MLFLOW_TRACKING_URI" in assert_only([], CODE).notes[0]
    assert_fixes_clear([], CODE)
    with server(200) as (uri, _):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert codes(example(tmp_path)) == []


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://user:secret@127.0.0.1:{free_port()}")
    assert "secret" not in finding([], CODE).as_text()


def test_nobody_else_is_asked(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "tracking=none"]) == []
    before = set(threading.enumerate())
    assert codes(["tracking.uri=sqlite:////tmp/mlflow.db"]) == []
    assert codes(["tracking.uri=databricks"]) == []
    # Threads of the tests before may end meanwhile.
    assert set(threading.enumerate()) <= before


def test_a_proxy_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with server(200) as (proxy, asked):
        monkeypatch.setenv("http_proxy", proxy)
        assert codes(["tracking.uri=http://tracking.invalid:5000"]) == []
        assert asked == ["http://tracking.invalid:5000/health"]
        monkeypatch.setenv("no_proxy", "tracking.invalid")
        assert CODE in codes(["tracking.uri=http://tracking.invalid:5000"])
