"""A tracking server that is there, that dies, that comes back, that never was, and that never answers."""

import contextlib
import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from tracking.servers import Server, free_port, log_points, new_tracker, wait_for

FINISH_SECONDS = 6.0


def finish_seconds(tracker: object) -> float:
    began = time.monotonic()
    tracker.finish("finished")
    return time.monotonic() - began


@pytest.mark.slow
def test_a_run_arrives_whole_at_a_server(
    hangul_outputs: Path, tmp_path: Path, serve: Callable[[int], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0123456789abcdef0123456789abcdef")
    server = serve(free_port())
    (tmp_path / "혼동 행렬.png").write_bytes(b"png" * 1_000_000)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    tracker = new_tracker(uri=server.uri.replace("://", "://mina:geheim@"))
    many = {f"key.{number}": "가" * 5999 for number in range(150)}
    tracker.start(many, {"팀": "국어"})
    for step in range(2500):
        tracker.log_metrics({"validation/f1/정치": step / 10}, step, 1_700_000_000)
    tracker.log_metrics({"nan": math.nan, "f" * 300: 1.0}, 1, time.time())
    tracker.log_files([tmp_path / "혼동 행렬.png"], "그림")
    tracker.log_model(tmp_path / "model", [{"text": "안녕"}], [{"label": "정치", "score": 0.5}])
    tracker.finish("finished")

    assert tracker.trouble() is None
    client = MlflowClient(server.uri)
    run = client.get_run(tracker.run_id)
    shown = server.uri.replace("://", "://***@")
    assert tracker.where() == f"{shown}/#/experiments/{run.info.experiment_id}/runs/{tracker.run_id}"
    assert (run.info.status, run.info.run_name) == ("FINISHED", "klue_bert mean")
    assert run.data.params == many
    assert run.data.tags["팀"] == "국어"
    assert math.isnan(run.data.metrics["nan"])
    assert run.data.metrics["validation/f1/정치"] == 249.9
    assert len(client.get_metric_history(tracker.run_id, "validation/f1/정치")) == 2500
    assert [item.path for item in client.list_artifacts(tracker.run_id, "그림")] == ["그림/혼동 행렬.png"]
    (model,) = client.search_logged_models([run.info.experiment_id])
    assert (model.name, model.status, model.source_run_id) == ("model", "READY", tracker.run_id)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle_costs_nothing_and_is_reported(
    hangul_outputs: Path, tmp_path: Path, serve: Callable[[int], Server]
) -> None:
    server = serve(free_port())
    tracker = new_tracker(uri=server.uri)
    tracker.start({"a": 1}, {})
    log_points(tracker, 50)
    client = MlflowClient(server.uri)
    wait_for(lambda: tracker.run_id and client.get_run(tracker.run_id).data.metrics)
    server.kill()
    log_points(tracker, 500, first_step=50)
    (tmp_path / "config.yaml").write_text("seed: 1")
    tracker.log_files([tmp_path / "config.yaml"])
    assert finish_seconds(tracker) < FINISH_SECONDS
    trouble = tracker.trouble()
    assert "1 file, how the run ended did not reach" in trouble
    assert trouble.endswith(f"did not reach {server.uri}: connection refused")


@pytest.mark.slow
def test_a_server_that_comes_back_before_the_end_gets_everything(
    hangul_outputs: Path, tmp_path: Path, serve: Callable[[int], Server]
) -> None:
    port = free_port()
    tracker = new_tracker(uri=f"http://127.0.0.1:{port}")
    tracker.start({"a": 1}, {})
    log_points(tracker, 2000)
    (tmp_path / "config.yaml").write_text("seed: 1")
    tracker.log_files([tmp_path / "config.yaml"])
    wait_for(tracker.trouble)
    server = serve(port)
    tracker.finish("finished")
    assert tracker.trouble() is None
    client = MlflowClient(server.uri)
    assert client.get_run(tracker.run_id).info.status == "FINISHED"
    assert len(client.get_metric_history(tracker.run_id, "train/loss")) == 2000
    assert [item.path for item in client.list_artifacts(tracker.run_id)] == ["config.yaml"]


def test_a_server_that_never_was_costs_nothing_and_is_reported(hangul_outputs: Path) -> None:
    uri = f"http://mina:geheim@127.0.0.1:{free_port()}"
    tracker = new_tracker(uri=uri)
    tracker.start({"a": 1}, {})
    log_points(tracker, 200)
    wait_for(tracker.trouble)
    assert finish_seconds(tracker) < FINISH_SECONDS
    assert tracker.run_id is None
    trouble = tracker.trouble()
    assert trouble.startswith(
        "the run, 1 parameter, 400 metric values, how the run ended did not reach http://***@"
    )
    assert trouble.endswith("connection refused")
    assert "geheim" not in trouble + tracker.where()


@contextlib.contextmanager
def silent_server(answer: bool) -> Iterator[tuple[str, list[float]]]:
    """Takes connections and never answers, or hangs up at once; yields its address and when each one came."""
    taken: list[float] = []
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    taken.append(time.monotonic())
                    if answer:
                        connection.close()
                    else:
                        kept.append(connection)

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
    for connection in kept:
        connection.close()


@pytest.mark.slow
def test_a_server_that_never_answers_costs_five_seconds_at_the_end(hangul_outputs: Path) -> None:
    with silent_server(answer=False) as (uri, taken):
        tracker = new_tracker(uri=uri)
        tracker.start({"a": 1}, {})
        log_points(tracker, 200)
        wait_for(lambda: taken)
        assert finish_seconds(tracker) < FINISH_SECONDS
        assert tracker.trouble().endswith("no answer in time")


@pytest.mark.slow
def test_after_three_failures_in_a_row_nothing_is_tried_until_the_end(
    hangul_outputs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert os.environ.get("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1") == "1"
    with silent_server(answer=True) as (uri, taken):
        tracker = new_tracker(uri=uri)
        tracker.start({"a": 1}, {})
        deadline = time.monotonic() + 25
        while time.monotonic() < deadline:
            tracker.log_metrics({"train/loss": 0.5}, 1, time.time())
            time.sleep(0.1)
        requests = 3
        assert len(taken) == 2 * requests
        assert time.monotonic() - taken[-1] > 5
        tracker.finish("finished")
        assert len(taken) == 2 * (requests + 1)
        assert "did not reach" in tracker.trouble()
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "the run goes on, and it is tried again at the end" in record.message
