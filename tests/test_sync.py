"""What a tracking server has missed reaches it later, and once."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from mlflow.tracking import MlflowClient

from haechi.fault import RunFault
from haechi.sync import runs_below, sync
from haechi.tracking.journal import read_journal
from running import QUICK, only_folder, results, run, start
from sweep.waiting import wait_until
from tracking.postgres import postgres
from tracking.servers import Server, free_port, start_server


def runs_of(client: MlflowClient, experiment: str = "debug") -> list:
    (found,) = client.search_experiments(filter_string=f"name = '{experiment}'")
    return client.search_runs([found.experiment_id])


@pytest.fixture
def server(tmp_path: Path) -> Callable[[int], Server]:
    started: list[Server] = []

    def start(port: int) -> Server:
        folder = tmp_path / "server"
        folder.mkdir(exist_ok=True)
        started.append(start_server(folder, port))
        return started[-1]

    yield start
    for item in started:
        if item.process.poll() is None:
            item.kill()


@pytest.mark.slow
def test_a_sweep_whose_server_was_away_is_brought_there_once(
    tmp_path: Path, server: Callable[[int], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    done = run(
        tmp_path, "-m", *QUICK, "pooling=cls,mean", "notify=none", "preflight.ignore=[TRACK002]",
        MLFLOW_TRACKING_URI=address,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "`python src/report.py sync=" in done.stderr
    (sweep,) = (tmp_path / "sample_topic").glob("sweep_*")
    assert "connection refused" in results(sweep / "0")["tracking"]

    started = server(port)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", started.uri)
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path))
    assert [item.said for item in sync([sweep])] == [f"is at {address}"] * 3
    client = MlflowClient(started.uri)
    for _ in range(2):
        found = {item.info.run_name: item for item in runs_of(client)}
        assert sorted(found) == ["pooling=cls", "pooling=mean", "sweep over pooling"]
        parent = found["sweep over pooling"].info.run_id
        for name in ("pooling=cls", "pooling=mean"):
            item = found[name]
            assert item.data.tags["mlflow.parentRunId"] == parent
            assert item.info.status == "FINISHED"
            assert item.data.params["pooling.kind"] == name.partition("=")[2]
            folder = Path(item.data.tags["run_dir"])
            logged = [point for point in read_journal(folder / "metrics.jsonl") if "train/loss" in point]
            history = client.get_metric_history(item.info.run_id, "train/loss")
            assert [point.value for point in history] == [point["train/loss"] for point in logged]
            assert len(item.outputs.model_outputs) == 1
            assert results(folder)["tracking"] is None
        # A second time nothing is to be done, even where what the folders remember is lost.
        assert {item.said for item in sync([sweep])} == {"is up to date"}
        for path in sweep.rglob("mlflow_run.json"):
            path.unlink()
        assert [item.ok for item in sync([sweep])] == [True] * 3


@pytest.mark.slow
def test_a_sweep_that_runs_is_left_and_one_whose_own_run_missed_something_is_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = tmp_path / "sweep"
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path))
    # The first job is refused, so that only the second one has a config.
    done = run(
        tmp_path, "-m", *QUICK, "pooling=pooler,mean", "preflight.skip_incompatible=true", "notify=none",
        f"hydra.sweep.dir={sweep}",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr[-2000:]
    record = json.loads((sweep / "sweep.json").read_text())
    assert [job["state"] for job in record["jobs"]] == ["refused", "finished"]
    assert {item.said for item in sync([sweep])} == {"is up to date"}
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    client.set_terminated(record["mlflow_run_id"], "FAILED")
    record["tracking"] = "2 files did not reach it"
    (sweep / "sweep.json").write_text(json.dumps(record))
    with FileLock(sweep / ".sweep.lock"):
        assert next(item.said for item in sync([sweep])) == "is still running: left as it is"
    assert [item.ok for item in sync([sweep])] == [True, True]
    assert client.get_run(record["mlflow_run_id"]).info.status == "FINISHED"
    assert {item.said for item in sync([sweep])} == {"is up to date"}


@pytest.mark.slow
def test_a_run_that_was_cut_off_is_there_as_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(tmp_path, *QUICK, "tracking=none", "notify=none")
    assert done.returncode == 0, done.stderr[-2000:]
    folder = only_folder(tmp_path)
    (folder / "results.json").unlink()
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path))
    assert [item.ok for item in sync([folder])] == [True]
    (found,) = runs_of(MlflowClient(f"sqlite:///{tmp_path}/mlflow.db"))
    assert found.info.status == "KILLED"


@pytest.mark.slow
def test_a_run_that_was_killed_after_an_orderly_interruption_is_not_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How its first start ended is no longer true."""
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path))
    folder = tmp_path / "night"
    journal = folder / "metrics.jsonl"
    typed = ["trainer.max_steps=400", "trainer.logging_steps=1", f"run_dir={folder}", "notify=none"]
    for sent, more in ((signal.SIGTERM, []), (signal.SIGKILL, ["trainer.resume=auto"])):
        before = journal.stat().st_size if journal.is_file() else 0
        process = start(tmp_path, *typed, *more)
        wait_until(lambda: journal.is_file() and journal.stat().st_size > before, process)  # noqa: B023
        process.send_signal(sent)
        process.communicate(timeout=120)
    assert [item.said for item in sync([folder])] == [f"is at sqlite:///{tmp_path}/mlflow.db"]
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (found,) = runs_of(client, "sample_topic")
    assert found.info.status == "KILLED"
    steps = {point["step"] for point in read_journal(journal) if "train/loss" in point}
    assert {point.step for point in client.get_metric_history(found.info.run_id, "train/loss")} == steps


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_four_jobs_at_once_are_safe_on_a_server_with_postgresql(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    pytest.importorskip("psycopg")
    with postgres() as store:
        (tmp_path / "server").mkdir()
        started = start_server(tmp_path / "server", free_port(), store)
        try:
            check_eight_jobs(tmp_path, started.uri)
        finally:
            started.kill()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_four_jobs_at_once_are_safe_on_a_new_sqlite_database(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    check_eight_jobs(tmp_path, f"sqlite:///{tmp_path}/mlflow.db")


def check_eight_jobs(tmp_path: Path, uri: str) -> None:
    """Eight jobs, four at a time, and everything of them at the tracking server."""
    done = run(
        tmp_path, "-m", *QUICK, "seed=range(1,9)", "notify=none", "hydra/launcher=joblib",
        "hydra.launcher.n_jobs=4", MLFLOW_TRACKING_URI=uri,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = runs_of(MlflowClient(uri))
    assert len(found) == 9
    assert {item.info.status for item in found} == {"FINISHED"}
    (parent,) = [item for item in found if item.data.tags.get("haechi.kind") == "sweep"]
    children = [item for item in found if item is not parent]
    assert {item.data.tags["mlflow.parentRunId"] for item in children} == {parent.info.run_id}
    (sweep,) = (tmp_path / "sample_topic").glob("sweep_*")
    for number in range(8):
        assert results(sweep / str(number))["tracking"] is None
    record = json.loads((sweep / "sweep.json").read_text())
    assert {job["mlflow_run_id"] for job in record["jobs"]} == {item.info.run_id for item in children}


def test_folders_without_a_run_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(RunFault, match="no run is in"):
        list(sync([tmp_path, tmp_path / "nowhere"]))


def test_runs_are_found_below_with_the_sweep_before_its_jobs(tmp_path: Path) -> None:
    for name in ("10", "2", "2/checkpoints/checkpoint-5"):
        (tmp_path / name).mkdir(parents=True)
        for file in ("config.yaml", "metrics.jsonl"):
            (tmp_path / name / file).write_text("")
    (tmp_path / "sweep.json").write_text("{}")
    assert list(runs_below(tmp_path)) == [tmp_path, tmp_path / "2", tmp_path / "10"]
