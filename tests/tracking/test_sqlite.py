"""A whole run in a real sqlite database."""

import logging
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from haechi.schema.tracking import TrackingConfig
from haechi.tracking import RunMemory, build_tracker
from haechi.tracking.connection import connect, find, go_on, send_accepted
from haechi.tracking.mlflow import MlflowTracker
from tracking.servers import SOURCES, new_tracker, wait_for

LABELS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]


def client_of(hangul_outputs: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{hangul_outputs}/mlflow.db")


def test_a_run_arrives_whole(hangul_outputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "혼동 행렬.png").write_bytes(b"png")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "layers.png").write_bytes(b"png")
    tracker = new_tracker(tags={"팀": "국어", "stage": "draft"})
    tracker.start(
        {"trainer.learning_rate": 3e-5, "task.labels": ["경제"], "model.revision": None, "x@y": ""},
        {"stage": "final"},
    )
    assert tracker.run_id is None
    tracker.log_tags({"preflight.warnings": "TOK004 LEN001"})
    for step in range(5):
        tracker.log_metrics(
            {f"validation/f1/{label}": index + step / 10 for index, label in enumerate(LABELS)},
            step * 100,
            1_700_000_000 + step,
        )
    tracker.log_metrics({"precision@1": math.nan, "none": None, "inf": math.inf}, 7, time.time())
    tracker.log_files([tmp_path / "혼동 행렬.png", tmp_path / "plots"], "그림")
    tracker.finish("finished")

    assert tracker.trouble() is None
    assert tracker.where() == "make ui, then http://127.0.0.1:5000"
    client = client_of(hangul_outputs)
    run = client.get_run(tracker.run_id)
    assert (run.info.status, run.info.run_name) == ("FINISHED", "klue_bert mean")
    assert client.get_experiment(run.info.experiment_id).name == "주제 분류"
    assert run.data.params == {
        "trainer.learning_rate": "3e-05",
        "task.labels": "['경제']",
        "model.revision": "None",
        "x_u0040_y": "",
    }
    assert run.data.tags.items() >= {
        "팀": "국어", "stage": "final", "preflight.warnings": "TOK004 LEN001",
    }.items()  # fmt: skip
    assert len([name for name in run.data.metrics if name.startswith("validation/f1/")]) == 7
    assert math.isnan(run.data.metrics["precision_u0040_1"])
    assert "none" not in run.data.metrics
    history = client.get_metric_history(tracker.run_id, "validation/f1/정치")
    assert [(point.step, point.value, point.timestamp) for point in history] == [
        (step * 100, 6 + step / 10, (1_700_000_000 + step) * 1000) for step in range(5)
    ]
    names = [item.path for item in client.list_artifacts(tracker.run_id, "그림")]
    assert names == ["그림/plots", "그림/혼동 행렬.png"]
    assert (
        hangul_outputs / "mlartifacts" / "주제_분류" / tracker.run_id / "artifacts" / "그림" / "plots"
    ).is_dir()
    assert list(Path.cwd().iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("status", "stored"), [("failed", "FAILED"), ("interrupted", "KILLED")])
def test_the_status_says_how_the_run_ended(hangul_outputs: Path, status: str, stored: str) -> None:
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.finish(status)
    tracker.finish("finished")
    assert client_of(hangul_outputs).get_run(tracker.run_id).info.status == stored


def test_points_are_visible_while_the_run_goes_on(hangul_outputs: Path) -> None:
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.log_metrics({"train/loss": 0.5}, 1, time.time())
    wait_for(lambda: tracker.run_id)
    client = client_of(hangul_outputs)
    wait_for(lambda: client.get_run(tracker.run_id).data.metrics.get("train/loss") == 0.5)
    tracker.log_metrics({"train/loss": 0.25}, 2, time.time())
    wait_for(lambda: client.get_run(tracker.run_id).data.metrics.get("train/loss") == 0.25)
    assert client.get_run(tracker.run_id).info.status == "RUNNING"
    tracker.finish("finished")


def test_two_runs_at_once_in_a_process_stay_apart_whatever_the_environment_says(
    hangul_outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "another")
    trackers = [new_tracker(experiment=f"실험 {number}") for number in range(2)]
    for number, tracker in enumerate(trackers):
        tracker.start({"number": number}, {})
    for step in range(3000):
        for number, tracker in enumerate(trackers):
            tracker.log_metrics({"number": number}, step, time.time())
    for tracker in trackers:
        tracker.finish("finished")
    for number, tracker in enumerate(trackers):
        assert tracker.trouble() is None
        run = client_of(hangul_outputs).get_run(tracker.run_id)
        assert run.data.params == {"number": str(number)}
        values = [
            point.value for point in client_of(hangul_outputs).get_metric_history(tracker.run_id, "number")
        ]
        assert values == [number] * 3000


def test_a_deleted_experiment_is_restored(hangul_outputs: Path) -> None:
    first = new_tracker()
    first.start({}, {})
    first.finish("finished")
    client = client_of(hangul_outputs)
    client.delete_experiment(client.get_run(first.run_id).info.experiment_id)
    second = new_tracker()
    second.start({}, {})
    second.finish("finished")
    assert second.trouble() is None
    assert client.get_experiment_by_name("주제 분류").lifecycle_stage == "active"
    assert client.get_run(second.run_id).info.status == "FINISHED"


def test_long_values_are_cut_and_missing_files_left_out_and_both_are_said(
    hangul_outputs: Path, tmp_path: Path
) -> None:
    tracker = new_tracker()
    many = {f"key.{number}": "가" * 5999 for number in range(250)}
    tracker.start(many | {"task.labels": "가" * 6001}, {})
    tracker.log_files([tmp_path / "missing.txt"])
    tracker.finish("finished")
    run = client_of(hangul_outputs).get_run(tracker.run_id)
    assert run.data.params == many | {"task.labels": "가" * 6000}
    assert run.info.status == "FINISHED"
    assert "parameter task.labels was cut to 6000 of 6001 characters" in (tracker.trouble() or "")
    assert "missing.txt was not kept: it is not there any more" in (tracker.trouble() or "")


def test_what_the_store_refuses_does_not_take_the_rest_along(hangul_outputs: Path) -> None:
    hangul_outputs.mkdir()
    connection = connect(f"sqlite:///{hangul_outputs}/mlflow.db", "e", "r", {}, 0)
    connection.send_params([("a", "1")])
    assert send_accepted(connection.send_params, [("b", "2"), ("a", "3"), ("c", "4")]) == [("a", "3")]
    assert connection.client.get_run(connection.run_id).data.params == {"a": "1", "b": "2", "c": "4"}


def test_a_store_that_mlflow_refuses_stops_no_run(hangul_outputs: Path, tmp_path: Path) -> None:
    tracker = new_tracker(uri=f"file://{tmp_path}/mlruns")
    tracker.start({"a": 1}, {})
    tracker.log_metrics({"train/loss": 0.5}, 1, time.time())
    tracker.finish("finished")
    assert tracker.run_id is None
    assert (
        "the run, 1 parameter, 1 metric value, how the run ended did not reach file://" in tracker.trouble()
    )


def test_nonsense_is_noted_and_nothing_raises(hangul_outputs: Path) -> None:
    tracker = new_tracker()
    tracker.start({"ok": 1}, {})
    for _ in range(100):
        tracker.log_metrics(None, 1, time.time())
        tracker.log_metrics({"a": 1.0}, "first", time.time())
        tracker.log_metrics({"text": "seven", "array": [1, 2]}, 1, -5)
    tracker.log_files([None])
    tracker.finish("finished")
    tracker.log_metrics({"late": 1.0}, 1, time.time())
    assert client_of(hangul_outputs).get_run(tracker.run_id).info.status == "FINISHED"
    assert tracker.trouble().count("a point could not be kept") == 2
    assert "1 metric value did not reach" in tracker.trouble()


def test_a_quiet_start_changes_no_logging_of_others(hangul_outputs: Path) -> None:
    root_level, handlers = logging.getLogger().level, list(logging.getLogger().handlers)
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.finish("finished")
    assert (logging.getLogger().level, logging.getLogger().handlers) == (root_level, handlers)
    assert threading.active_count() < 20


ONE_RUN = """
import sys, time
from haechi.schema.tracking import TrackingConfig
from haechi.tracking import build_tracker
tracker = build_tracker(TrackingConfig(kind="mlflow"), "같은 실험", sys.argv[1], None)
tracker.start({"number": sys.argv[1]}, {})
tracker.log_metrics({"train/loss": 0.5}, 1, time.time())
tracker.finish("finished")
print(tracker.run_id, tracker.trouble(), flush=True)
"""


@pytest.mark.slow
def test_processes_that_start_on_a_fresh_database_at_once_all_succeed(hangul_outputs: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_RUN, str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [errors for _, errors in answers] == [""] * 4
    client = client_of(hangul_outputs)
    for number, (line, _) in enumerate(answers):
        run_id, trouble = line.split()
        assert trouble == "None"
        run = client.get_run(run_id)
        assert (run.info.status, run.data.params) == ("FINISHED", {"number": str(number)})
    assert len(client.search_experiments(filter_string="name = '같은 실험'")) == 1


MAIN_THREAD_IS_FREE = """
import sys, threading, time
importers = set()

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "mlflow":
            importers.add(threading.current_thread().name)

sys.meta_path.insert(0, Watch())
from haechi.schema.tracking import TrackingConfig
from haechi.tracking import build_tracker
began = time.perf_counter()
tracker = build_tracker(TrackingConfig(kind="mlflow"), "e", "r", None)
tracker.start({"a": 1}, {})
for step in range(20):
    tracker.log_metrics({"loss": 0.5}, step, time.time())
assert time.perf_counter() - began < 1
assert "mlflow.tracking.client" not in sys.modules, "the calls waited for the import"
tracker.finish("finished")
assert tracker.trouble() is None and tracker.where() and tracker.run_id
assert importers == {"haechi-tracking"}, importers
"""


@pytest.mark.slow
def test_the_main_thread_neither_imports_mlflow_nor_waits_for_it(hangul_outputs: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, "-c", MAIN_THREAD_IS_FREE], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


BUILDS_FIRST = """
import sys, time
from haechi.schema.tracking import TrackingConfig
from haechi.tracking import build_tracker, delivery
delivery.HEAD_START_SECONDS = 600.0
tracker = build_tracker(TrackingConfig(kind="mlflow"), "e", "r", None)
tracker.start({"a": 1}, {})
tracker.log_tags({"b": "2"})
time.sleep(0.5)
assert "mlflow" not in sys.modules, "mlflow is imported beside the building of the run"
tracker.log_metrics({"loss": 0.5}, 1, time.time())
deadline = time.monotonic() + 60
while tracker.run_id is None and time.monotonic() < deadline:
    time.sleep(0.05)
assert tracker.run_id, "the run's first metrics did not begin it"
tracker.finish("finished")
assert tracker.trouble() is None, tracker.trouble()
"""


@pytest.mark.slow
def test_mlflow_is_imported_once_a_run_has_metrics(hangul_outputs: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, "-c", BUILDS_FIRST], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


CREATES = """
import sys
from haechi.tracking.connection import connect
connect(sys.argv[1], "e", "r", {}, 0)
"""


@pytest.mark.slow
def test_a_kill_while_the_database_is_created_spoils_nothing(tmp_path: Path) -> None:
    """Such a database held half of MLflow's tables, and no later run could be tracked in it."""
    database = tmp_path / "저장 100%" / "mlflow.db"
    uri = f"sqlite:///{database}"
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    met = 0
    for attempt in range(40):
        process = subprocess.Popen([sys.executable, "-c", CREATES, uri], env=environment)
        aside = database.with_name("mlflow.db.new") / "mlflow.db"
        wait_for(lambda: aside.is_file() or process.poll() is not None, 60)  # noqa: B023
        time.sleep(0.15 * attempt)
        met += process.poll() is None and aside.is_file()
        process.kill()
        if process.wait() == 0 or database.is_file():
            break
    assert met >= 3, "the database was whole before a kill met its making"
    connection = connect(uri, "e", "r", {}, 0)
    connection.send_tags([("팀", "국어")])
    assert connection.client.get_run(connection.run_id).data.tags["팀"] == "국어"
    assert sorted(path.name for path in database.parent.iterdir()) == ["mlflow.db", "mlflow.db.lock"]


def test_looking_for_a_run_makes_no_database(tmp_path: Path) -> None:
    """MLflow would make it in place, table by table, and a kill meanwhile would spoil it."""
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert find(uri, "주제 분류", "outputs/a") is None
    assert go_on(uri, "0" * 32, {}) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mlflow.db").touch()
    assert find(uri, "주제 분류", "outputs/a") is None
    assert go_on(uri, "0" * 32, {}) is None
    assert (tmp_path / "mlflow.db").stat().st_size == 0


FORK_MEANWHILE = """
import os, sys, time
from haechi.schema.tracking import TrackingConfig
from haechi.tracking import build_tracker
tracker = build_tracker(TrackingConfig(kind="mlflow"), "e", "r", None)
tracker.start({"a": 1}, {})
tracker.log_metrics({"loss": 0.5}, 1, time.time())
time.sleep(float(sys.argv[1]))
child = os.fork()
if child == 0:
    import mlflow.tracking, pandas, sqlalchemy
    os._exit(0)
deadline = time.monotonic() + 60
while os.waitpid(child, os.WNOHANG) == (0, 0):
    assert time.monotonic() < deadline, "the child hangs"
    time.sleep(0.05)
tracker.finish("finished")
assert tracker.trouble() is None
"""


@pytest.mark.slow
@pytest.mark.parametrize("seconds", ["0.1", "0.5"])
def test_a_worker_that_is_forked_during_the_import_does_not_hang(hangul_outputs: Path, seconds: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, "-c", FORK_MEANWHILE, seconds],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def tracker_in(folder: Path, *, resumes: bool) -> MlflowTracker:
    memory = RunMemory(folder, resumes)
    tracker = build_tracker(TrackingConfig(kind="mlflow"), "klue_sts", "local mean", None, memory)
    assert isinstance(tracker, MlflowTracker)
    return tracker


def test_a_resumed_training_goes_on_in_its_run(hangul_outputs: Path, tmp_path: Path) -> None:
    first = tracker_in(tmp_path, resumes=True)
    first.start({"seed": 1, "trainer.resume": None}, {"run_dir": "a"})
    first.log_metrics({"train/loss": 1.0}, 1, 1_700_000_000)
    first.finish("interrupted")
    second = tracker_in(tmp_path, resumes=True)
    second.start({"seed": 1, "trainer.resume": "auto"}, {"run_dir": "a", "stage": "second"})
    second.log_metrics({"train/loss": 0.5}, 2, 1_700_000_100)
    second.finish("finished")
    assert second.trouble() is None
    assert second.run_id == first.run_id
    client = client_of(hangul_outputs)
    run = client.get_run(first.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"seed": "1", "trainer.resume": "None"}
    assert run.data.tags["stage"] == "second"
    history = client.get_metric_history(first.run_id, "train/loss")
    assert [(point.step, point.value) for point in history] == [(1, 1.0), (2, 0.5)]
    assert len(client.search_runs([run.info.experiment_id])) == 1


def test_another_start_in_the_same_folder_is_another_run(hangul_outputs: Path, tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        tracker = tracker_in(tmp_path, resumes=False)
        tracker.start({}, {})
        tracker.finish("finished")
        ids.append(tracker.run_id)
    assert len(set(ids)) == 2


@pytest.mark.parametrize("spoil", ["deleted", "unknown", "another store", "no json"])
def test_a_run_that_is_not_there_any_more_is_begun_anew(
    hangul_outputs: Path, tmp_path: Path, spoil: str
) -> None:
    first = tracker_in(tmp_path, resumes=True)
    first.start({}, {})
    first.finish("interrupted")
    kept = tmp_path / "mlflow_run.json"
    if spoil == "deleted":
        client_of(hangul_outputs).delete_run(first.run_id)
    elif spoil == "unknown":
        kept.write_text(kept.read_text().replace(str(first.run_id), "0" * 32))
    elif spoil == "another store":
        kept.write_text(kept.read_text().replace("sqlite", "https"))
    else:
        kept.write_text("[")
    second = tracker_in(tmp_path, resumes=True)
    second.start({"seed": 1}, {})
    second.finish("finished")
    assert second.trouble() is None
    assert second.run_id not in {None, first.run_id}
    assert client_of(hangul_outputs).get_run(second.run_id).data.params == {"seed": "1"}
