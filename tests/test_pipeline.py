"""A run from the command line to its last file: what it leaves, whom it tells, how it ends."""

import json
import re
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from checkpoints import edit_json, tiny_copy, tokenizer_of
from haechi.tracking.journal import read_journal
from running import QUICK, only_folder, results, run, start
from slack import Webhook

LABELS = {"IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"}


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str], list[str]]:
    """One quick tracked and announced run, looked at by many tests."""
    outputs = tmp_path_factory.mktemp("finished")
    with Webhook() as webhook:
        process = run(outputs, *QUICK, SLACK_WEBHOOK_URL=webhook.url)
    assert process.returncode == 0, process.stderr[-3000:]
    return outputs, process, webhook.texts


def test_a_run_leaves_what_the_contract_says(finished: tuple) -> None:
    folder = only_folder(finished[0])
    left = {path.name for path in folder.iterdir()}
    assert {
        "config.yaml", "preflight.json", "metrics.jsonl", "results.json", "train.log", "checkpoints", "model",
        "predictions.jsonl", "plots",
    } <= left  # fmt: skip
    assert {path.name for path in (folder / "plots").iterdir()} == {
        "learning_curve.png", "confusion_validation.png", "confusion_test.png",
    }  # fmt: skip
    assert not list(finished[0].glob("**/.hydra"))


def test_results_say_how_it_ended(finished: tuple) -> None:
    found = results(only_folder(finished[0]))
    assert found["status"] == "finished"
    assert found["error"] is None
    assert {"validation/macro_f1", "validation/accuracy", "test/macro_f1", "test/f1/생활문화"} <= set(
        found["metrics"]
    )
    assert found["best"]["metric"] == "validation/macro_f1"
    assert found["best"]["step"] in {3, 6}
    assert re.fullmatch(r"[0-9a-f]{32}", found["mlflow_run_id"])
    assert found["notify"] == {"start": "delivered", "finish": "delivered"}
    assert found["tracking"] is None
    assert found["rows"] == {"train": 128, "validation": 140, "test": 140}


@pytest.mark.slow
def test_a_crossing_that_was_wanted_stays_visible(tmp_path: Path) -> None:
    other = tokenizer_of(tiny_copy(tmp_path / "checkpoint"), tmp_path / "other")

    def swap(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        vocabulary["가"], vocabulary["나"] = vocabulary["나"], vocabulary["가"]

    edit_json(other / "tokenizer.json", swap)
    crossed = ["tokenizer=local", f"tokenizer.source={other}"]
    assert run(tmp_path, *QUICK, *crossed).returncode == 2
    process = run(tmp_path, *QUICK, *crossed, "tokenizer.allow_cross=true")
    assert process.returncode == 0, process.stderr[-3000:]
    assert "warning[TOK004]" in process.stderr
    found = results(only_folder(tmp_path))
    assert found["warnings"] == ["TOK004"]
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        tags = dict(
            database.execute("select key, value from tags where run_uuid = ?", [found["mlflow_run_id"]])
        )
    assert tags["preflight.warnings"] == "TOK004"


def test_every_point_is_in_the_journal(finished: tuple) -> None:
    points = read_journal(only_folder(finished[0]) / "metrics.jsonl")
    assert [point["step"] for point in points if "train/loss" in point] == [1, 2, 3, 4, 5, 6]
    assert [point["step"] for point in points if "validation/macro_f1" in point] == [3, 6]
    assert {"step", "epoch", "time"} <= set(points[0])


def test_predictions_agree_with_the_metrics(finished: tuple) -> None:
    folder = only_folder(finished[0])
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").open(encoding="utf-8")]
    test = [row for row in rows if row["split"] == "test"]
    hits = sum(row["label"] == row["prediction"] for row in test)
    assert results(folder)["metrics"]["test/accuracy"] == pytest.approx(hits / len(test))
    assert all(max(row["scores"], key=row["scores"].get) == row["prediction"] for row in rows)
    assert all(abs(sum(row["scores"].values()) - 1) < 1e-3 for row in rows)


def test_the_saved_model_predicts_the_same(finished: tuple) -> None:
    from haechi.predict import load_predictor

    folder = only_folder(finished[0])
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").open(encoding="utf-8")][:20]
    answers = load_predictor(folder / "model")([{"text": row["text"]} for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        # bf16 in training against float32 here: a close call may fall the other way.
        assert answer["score"] == pytest.approx(row["scores"][answer["label"]], abs=0.02)


def test_mlflow_has_the_run(finished: tuple) -> None:
    from mlflow.tracking import MlflowClient

    outputs = finished[0]
    found = results(only_folder(outputs))
    client = MlflowClient(f"sqlite:///{outputs}/mlflow.db")
    tracked = client.get_run(found["mlflow_run_id"])
    assert tracked.info.status == "FINISHED"
    assert tracked.data.params["trainer.learning_rate"] == "0.001"
    assert tracked.data.params["pooling.kind"] == "mean"
    assert tracked.data.tags["task"] == "sample_topic"
    losses = client.get_metric_history(found["mlflow_run_id"], "train/loss")
    assert [point.step for point in losses] == [1, 2, 3, 4, 5, 6]
    assert {name.rpartition("/")[2] for name in tracked.data.metrics if name.startswith("test/f1/")} == LABELS
    names = {item.path for item in client.list_artifacts(found["mlflow_run_id"])}
    assert {"config.yaml", "preflight.json", "results.json", "predictions.jsonl", "plots"} <= names


def test_mlflow_has_the_model_with_its_signature(finished: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow
    import pandas as pd

    outputs = finished[0]
    found = results(only_folder(outputs))
    # mlflow.set_tracking_uri would set the variable too, and leave it to the tests that follow.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{outputs}/mlflow.db")
    uri = f"runs:/{found['mlflow_run_id']}/model"
    model = mlflow.pyfunc.load_model(uri)
    assert model.metadata.get_input_schema().input_names() == ["text"]
    assert model.metadata.get_output_schema().input_names() == ["label", "score"]
    answer = model.predict(pd.DataFrame({"text": ["여야, 예산안 두고 정면충돌"]}))
    assert answer["label"][0] in LABELS


def test_knockknock_told_of_start_and_finish(finished: tuple) -> None:
    first, last = finished[2]
    assert "Your training has started" in first
    assert "train task=sample_topic model=tiny pooling=mean" in first
    assert "Your training is complete" in last
    for part in ("task sample_topic", "model tiny", "pooling mean", "test/macro_f1", "Machine name"):
        assert part in last


def test_the_webhook_is_written_nowhere(finished: tuple) -> None:
    outputs, process, _ = finished
    secret = Webhook.PATH.rpartition("/")[2]
    assert secret not in process.stdout + process.stderr
    for path in outputs.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    database = sqlite3.connect(outputs / "mlflow.db")
    for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
        for row in database.execute(f'select * from "{table}"'):
            assert secret not in str(row)


@pytest.mark.slow
def test_the_saved_config_runs_again_in_a_folder_of_its_own(finished: tuple) -> None:
    folder = only_folder(finished[0])
    before = results(folder)
    process = run(
        finished[0],
        "--config-path",
        str(folder),
        "--config-name",
        "config",
        "tracking.kind=none",
        "notify.kind=none",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    again = [path for path in (finished[0] / "sample_topic").iterdir() if path != folder]
    assert len(again) == 1
    assert results(again[0])["metrics"] == before["metrics"]


def test_the_summary_tells_metrics_outputs_and_mlflow(finished: tuple) -> None:
    text = finished[1].stderr
    for part in ("test/macro_f1", "outputs", "mlflow", "make ui", "100%"):
        assert part in text


def _wait_for_steps(process: subprocess.Popen[str], outputs: Path) -> Path:
    """Wait until a run has trained a few steps; its folder."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for journal in outputs.glob("sample_topic/*/metrics.jsonl"):
            if len(read_journal(journal)) >= 2:
                return journal.parent
        time.sleep(0.1)
    _, err = process.communicate()
    raise AssertionError(f"the run never trained: {err[-2000:]}")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_leaves_results_and_sends_the_message(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with Webhook() as webhook:
        process = start(
            tmp_path, "trainer.num_train_epochs=500", "trainer.logging_steps=1", "tracking=none",
            SLACK_WEBHOOK_URL=webhook.url,
        )  # fmt: skip
        folder = _wait_for_steps(process, tmp_path)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == status, err[-2000:]
    assert results(folder)["status"] == "interrupted"
    assert "Traceback" not in err
    assert "crashed" in webhook.texts[-1]


def test_a_crash_is_recorded_and_announced(tmp_path: Path) -> None:
    """A disk that fills up is no mistake of the user's: status 1, with the error where one looks for it."""
    with Webhook() as webhook:
        process = run(
            tmp_path,
            *QUICK,
            "tracking=none",
            f"run_dir={_unsavable(tmp_path)}",
            SLACK_WEBHOOK_URL=webhook.url,
        )
    folder = tmp_path / "run"
    assert process.returncode == 1
    found = results(folder)
    assert found["status"] == "failed"
    assert "FileExistsError" in found["error"]
    assert "FileExistsError" in webhook.texts[-1]
    assert "save_model" in webhook.texts[-1], "the message carries the run's traceback"


def _unsavable(tmp_path: Path) -> Path:
    """A run's folder whose model cannot be saved, since something stands in its place."""
    folder = tmp_path / "run"
    (folder / "model").mkdir(parents=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("status", [500, 404])
def test_a_webhook_that_fails_fails_no_run(tmp_path: Path, status: int) -> None:
    with Webhook(status) as webhook:
        process = run(tmp_path, *QUICK, "tracking=none", SLACK_WEBHOOK_URL=webhook.url)
    assert process.returncode == 0
    found = results(only_folder(tmp_path))
    assert found["status"] == "finished"
    assert found["notify"]["finish"].startswith("not delivered")
    assert "not delivered" in process.stderr


def test_bad_input_leaves_nothing_half_written(tmp_path: Path) -> None:
    process = run(tmp_path, "task=files", "task.files.train=no_such.csv")
    assert process.returncode == 2
    assert "DATA001" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] in ([], ["cache"])


@pytest.mark.slow
def test_a_sweep_runs_every_job_and_each_has_its_folder(tmp_path: Path) -> None:
    process = run(tmp_path, "-m", *QUICK, "pooling=cls,mean,max", "tracking=none")
    assert process.returncode == 0, process.stderr[-3000:]
    jobs = sorted((tmp_path / "sample_topic").glob("sweep_*/*/results.json"))
    assert [json.loads(path.read_text(encoding="utf-8"))["pooling"] for path in jobs] == [
        "cls",
        "mean",
        "max",
    ]


@pytest.mark.slow
def test_a_sweep_may_leave_out_what_is_unfit(tmp_path: Path) -> None:
    overrides = ["pooling=mean,pooler", "preflight.skip_incompatible=true", "tracking=none"]
    process = run(tmp_path, "-m", *QUICK, *overrides)
    assert process.returncode == 1
    assert "POOL001" in process.stderr
    assert "Traceback" not in process.stderr
    (record,) = (tmp_path / "sample_topic").glob("sweep_*/sweep.json")
    jobs = json.loads(record.read_text(encoding="utf-8"))["jobs"]
    assert [job["state"] for job in jobs] == ["finished", "refused"]
    assert not (record.parent / "1").exists()


@pytest.mark.slow
def test_the_default_beats_the_majority_class_by_far(tmp_path: Path) -> None:
    started = time.monotonic()
    process = run(tmp_path)
    assert process.returncode == 0
    found = results(only_folder(tmp_path))["metrics"]
    assert found["test/accuracy"] > 0.5, "seven balanced classes: the majority class has 0.143"
    assert time.monotonic() - started < 180


@pytest.mark.slow
def test_the_knockknock_command_wraps_a_run(tmp_path: Path) -> None:
    import os
    import sys

    from haechi import places

    with Webhook() as webhook:
        command = [
            str(Path(sys.executable).with_name("knockknock")), "slack", "--webhook-url", webhook.url,
            "--channel", "runs",
            sys.executable, str(places.ROOT / "src" / "train.py"), *QUICK, "tracking=none",
        ]  # fmt: skip
        environment = {**os.environ, "HAECHI_OUTPUTS": str(tmp_path), "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
    assert done.returncode == 0, done.stderr[-2000:]
    assert results(only_folder(tmp_path))["status"] == "finished"
    assert "started" in webhook.texts[0]
    assert "complete" in webhook.texts[-1]
