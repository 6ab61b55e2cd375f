"""Runs of an MLflow experiment, in a real store."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from checkpoints import edit_json
from folders import write_run
from haechi.fault import RunFault
from haechi.report.board import build_board
from haechi.report.record import RunRecord
from haechi.report.tracked import FILES, gather_experiment
from haechi.tracking.address import artifact_folder, own_database
from haechi.tracking.memory import RunMemory
from haechi.tracking.names import metric_name

pytestmark = pytest.mark.slow
NAME = "주제 분류"


class Store:
    """An experiment to which runs are added as a run adds itself."""

    def __init__(self) -> None:
        from mlflow.tracking import MlflowClient

        self.client = MlflowClient(own_database())
        artifacts = artifact_folder(own_database(), NAME)
        assert artifacts is not None
        self.experiment = self.client.create_experiment(NAME, artifacts.as_uri())

    def add(
        self, folder: Path | None, pooling: str, seed: int, *, files: bool = False,
        history: Mapping[str, list[float]] | None = None, kind: str | None = None, status: str = "FINISHED",
        absent: Collection[str] = (),
    ) -> str:  # fmt: skip
        tags = {"run_dir": str(folder)} | ({"haechi.kind": kind} if kind else {})
        run_id = self.client.create_run(self.experiment, tags=tags).info.run_id
        params = {"pooling.kind": pooling, "task.name": "sample_topic", "task.objective": "classification"}
        for name, value in {**params, "task.metric": None, "seed": seed}.items():
            self.client.log_param(run_id, name, value)
        for name, values in (history or {}).items():
            for step, value in enumerate(values):
                self.client.log_metric(run_id, metric_name(name), value, step=step)
        if files and folder:
            for name in sorted({*FILES} - {*absent}):
                self.client.log_artifact(run_id, str(folder / name))
        self.client.set_terminated(run_id, status)
        return run_id


@pytest.fixture
def store() -> Store:
    return Store()


def by_pooling(records: list[RunRecord]) -> dict[str, RunRecord]:
    return {record.values["pooling"]: record for record in records}


def claim(folder: Path, run_id: str) -> None:
    """Have a folder's results say whose they are."""
    edit_json(folder / "results.json", lambda content: content.update(mlflow_run_id=run_id))


def test_runs_come_from_their_folder_their_files_or_their_metrics(store: Store, tmp_path: Path) -> None:
    here = write_run(tmp_path / "here", accuracy=0.8)
    gone = write_run(tmp_path / "gone", accuracy=0.5, config={"pooling.kind": "cls"})
    claim(here, store.add(here, "mean", 1))
    fetched = store.add(gone, "cls", 1, files=True)
    shutil.rmtree(gone)
    history = {
        "validation/macro_f1": [0.3, 0.7, 0.6],
        "validation/f1/IT과학 @": [0.1, 0.2, 0.2],
        "train/loss": [2.0, 1.0, 0.5],
    }
    store.add(Path("/of/another/machine"), "max", 1, history=history)
    store.add(tmp_path, "mean", 1, kind="sweep")
    store.add(tmp_path, "mean", 2, kind="study")
    records = by_pooling(gather_experiment(NAME))
    assert set(records) == {"mean", "cls", "max"}
    assert records["mean"].folder == here
    assert records["cls"].folder is None
    assert records["cls"].mlflow_run_id == fetched
    assert records["cls"].predictions is not None
    assert len(records["cls"].points) == 6
    stored = records["max"]
    # The best checkpoint is kept, and that is not the last one.
    assert stored.final["validation/macro_f1"] == 0.7
    assert stored.final["validation/f1/IT과학 @"] == 0.2
    assert [point["train/loss"] for point in stored.points] == [2.0, 1.0, 0.5]
    board = build_board(list(records.values()))
    bases = {comparison.other["pooling"]: comparison.basis for comparison in board.comparisons}
    assert bases == {"cls": "rows", "max": "nothing"}


def test_a_folder_that_another_run_has_used_since_is_not_read(store: Store, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "again", accuracy=0.8)
    first = store.add(folder, "mean", 1, history={"validation/macro_f1": [0.25]})
    second = store.add(folder, "cls", 2, history={"validation/macro_f1": [0.5]})
    claim(folder, second)
    found = {record.mlflow_run_id: record for record in gather_experiment(NAME)}
    assert found[first].folder is None
    assert found[first].final["validation/macro_f1"] == 0.25
    assert found[second].folder == folder
    RunMemory(folder, resumes=True).keep(own_database(), first)
    (folder / "results.json").unlink()
    (going_on,) = [record for record in gather_experiment(NAME) if record.folder is not None]
    assert going_on.mlflow_run_id == first


def test_the_files_of_a_run_that_was_resumed_are_fetched_anew(store: Store, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", status="interrupted")
    run_id = store.add(folder, "mean", 1, files=True, status="KILLED", absent=("predictions.jsonl",))
    place = tmp_path / "gone"
    folder.rename(place)
    (record,) = gather_experiment(NAME)
    assert record.status == "interrupted"
    shutil.rmtree(place)
    write_run(place, accuracy=0.8)
    for name in FILES:
        store.client.log_artifact(run_id, str(place / name))
    (record,) = gather_experiment(NAME)
    assert record.status == "interrupted", "fetched once, as long as the run has not ended anew"
    store.client.set_terminated(
        run_id, "FINISHED", end_time=store.client.get_run(run_id).info.end_time + 5000
    )
    (record,) = gather_experiment(NAME)
    assert record.status == "finished"
    assert record.predictions is not None


def test_seeds_are_averaged_and_what_did_not_finish_is_a_failure(store: Store) -> None:
    for seed, value in [(1, 0.7), (2, 0.8), (3, 0.75)]:
        store.add(None, "mean", seed, history={"validation/macro_f1": [value]})
        store.add(None, "cls", seed, history={"validation/macro_f1": [value - 0.2 - seed / 100]})
    store.add(None, "max", 1, history={"validation/macro_f1": [0.1]}, status="FAILED")
    store.add(None, "max", 2, history={"validation/macro_f1": [0.1]}, status="KILLED")
    board = build_board(gather_experiment(NAME))
    assert [(setting.values["pooling"], setting.n) for setting in board.settings] == [("mean", 3), ("cls", 3)]
    assert [(item.basis, item.within_noise) for item in board.comparisons] == [("seeds", False)]
    assert [failure.state for failure in board.failures] == ["failed", "interrupted"]


def test_an_experiment_that_is_not_there_names_those_that_are(store: Store) -> None:
    with pytest.raises(RunFault, match="no experiment `ynat`") as fault:
        gather_experiment("ynat")
    assert NAME in fault.value.notes[0]
    with pytest.raises(RunFault, match="has no runs"):
        gather_experiment(NAME)


def test_asking_makes_no_database(outputs: Path) -> None:
    with pytest.raises(RunFault, match="there is no database"):
        gather_experiment(NAME)
    assert not list(outputs.rglob("*.db"))
