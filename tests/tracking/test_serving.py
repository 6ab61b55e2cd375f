"""`mlflow models serve` answers on the model that a run has logged."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from mlflow.tracking import MlflowClient

from haechi.compose import compose
from haechi.predict import load_predictor
from haechi.resolve import resolve
from running import results

SECONDS = 120


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.slow
def test_a_served_model_answers_as_its_folder_does(outputs: Path, tmp_path: Path) -> None:
    from haechi.pipeline import execute

    composed = compose(
        ["task=sample_nli", "trainer.max_steps=2", "notify=none", f"run_dir={tmp_path / 'run'}"]
    )
    execute(resolve(composed, composed.hydra))
    found = results(tmp_path / "run")
    assert found["tracking"] is None
    store = f"sqlite:///{outputs}/mlflow.db"
    assert MlflowClient(store).get_run(found["mlflow_run_id"]).info.status == "FINISHED"
    port = free_port()
    # MLflow calls uvicorn by its name. Only the code that was logged can be found.
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean["PATH"] = f"{Path(sys.executable).parent}:{clean['PATH']}"
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "--env-manager",
        "local",
        "--port",
        str(port),
    ]
    log = tmp_path / "server.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "-m", f"runs:/{found['mlflow_run_id']}/model"],
            env={**clean, "MLFLOW_TRACKING_URI": store, "MLFLOW_DISABLE_TELEMETRY": "true"},
            cwd=tmp_path, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        rows = [{"text": "비가 온다.", "text_pair": "날이 맑다."}, {"text": "가", "text_pair": "나"}]
        answer = _posted(port, {"dataframe_records": rows}, server, log)
        refused = requests.post(_address(port), json={"dataframe_records": [{"title": "x"}]}, timeout=30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, 15)
        server.wait(30)
    for row, wanted in zip(
        answer["predictions"], load_predictor(tmp_path / "run" / "model")(rows), strict=True
    ):
        assert row == {"label": wanted["label"], "score": pytest.approx(wanted["score"], abs=1e-4)}
    # Another column is told by the signature.
    assert refused.status_code == 400
    assert "text" in refused.text


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/invocations"


def _posted(port: int, content: dict, server: subprocess.Popen, log: Path) -> dict:
    """The answer, as soon as the server is there."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            reply = requests.post(_address(port), json=content, timeout=SECONDS)
        except requests.ConnectionError:
            time.sleep(0.5)
            continue
        assert reply.status_code == 200, reply.text
        return json.loads(reply.text)
    raise AssertionError(log.read_text()[-3000:])
