"""What a report takes for a run, and what it compares."""

import json
import shutil
from pathlib import Path

import pytest

from folders import grid, write_config, write_run, write_sweep
from haechi import places
from haechi.fault import RunFault
from haechi.outputs import write_started
from haechi.report.board import build_board
from haechi.report.config_values import canonical, differing
from haechi.report.gather import gather


def test_a_sweep_is_read_by_its_file(tmp_path: Path) -> None:
    records = gather([write_sweep(tmp_path / "sweep_a", grid())])
    assert [record.number for record in records] == list(range(12))
    assert records[0].values == {"pooling": "mean", "trainer.learning_rate": "0.001"}
    assert [record.seed for record in records[:3]] == ["1", "2", "3"]
    assert records[0].metric == "validation/macro_f1"
    assert records[0].name == "0"
    assert len(records[0].points) == 6


def test_without_a_sweeps_file_what_differs_is_compared(tmp_path: Path) -> None:
    for number, (pooling, seed) in enumerate([("mean", 1), ("cls", 1), ("cls", 2)]):
        folder = write_run(tmp_path / "deep" / f"run{number}", seed=seed)
        write_config(folder, seed, {"pooling.kind": pooling, "tracking.experiment": f"e{number}"})
    records = gather([tmp_path])
    assert [record.values for record in records] == [
        {"pooling": "mean"}, {"pooling": "cls"}, {"pooling": "cls"},
    ]  # fmt: skip


def test_several_folders_are_put_together_and_none_counts_twice(tmp_path: Path) -> None:
    one = write_sweep(tmp_path / "sweep_a", [({"pooling": "mean"}, 1, 0.8), ({"pooling": "cls"}, 1, 0.6)])
    two = write_sweep(tmp_path / "sweep_b", [({"pooling": "max"}, 1, 0.7)])
    records = gather([one, two, one / "0", tmp_path])
    assert sorted(record.name for record in records) == ["sweep_a/0", "sweep_a/1", "sweep_b/0"]
    assert {record.values["pooling"] for record in records} == {"mean", "cls", "max"}


def test_what_follows_from_a_choice_is_no_difference_of_its_own() -> None:
    configs = [
        {"model.name": name, "model.checkpoint": f"hub/{name}", "trainer.learning_rate": rate, "seed": seed}
        for name, rate, seed in [("a", "1e-3", "1"), ("b", "5e-5", "1"), ("b", "5e-5", "2")]
    ]
    assert differing(configs, [(), (), ()]) == ["model"]
    assert differing(configs, [(), ("trainer.learning_rate=5e-5",), ()]) == ["model", "trainer.learning_rate"]


def test_a_file_in_another_checkout_is_the_same_file() -> None:
    configs = [{"task.files.train": f"/{home}/data/train.csv", "pooling.kind": home} for home in "ab"]
    assert differing(configs, [(), ()]) == ["pooling"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("2e-5", "2e-05"), ("2.0e-05", "2e-05"), ("0.00002", "2e-05"), ("016", "16"), ("1.0", "1"),
     ("정치", "정치"), (True, "true"), (None, "null"), ("1e999", "inf"), ("null", "null")],
)  # fmt: skip
def test_a_value_has_one_form(written: object, shown: str) -> None:
    assert canonical(written) == shown


def test_a_configs_folder_is_no_run() -> None:
    with pytest.raises(RunFault, match="no run in"):
        gather([places.CONF])


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunFault, match="no such folder"):
        gather([tmp_path / "nowhere"])


def test_damaged_files_cost_what_they_held(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid())
    damaged = [(0, "results.json", 90), (1, "metrics.jsonl", 120), (2, "predictions.jsonl", 900),
               (3, "config.yaml", 3), (4, "results.json", 0)]  # fmt: skip
    for place, name, kept in damaged:
        path = sweep / str(place) / name
        path.write_bytes(path.read_bytes()[:kept])
    shutil.rmtree(sweep / "5")
    records = gather([sweep])
    board = build_board(records)
    assert [failure.run for failure in board.failures] == ["0", "4", "5"]
    assert [len(record.points) for record in records[:2]] == [6, 1]
    assert sum(setting.n for setting in board.settings) == 9
    said = "\n".join(board.notes)
    for words in (
        "run 0: results.json is cut",
        "for run 2: predictions.jsonl is cut",
        "run 3: config.yaml is cut",
    ):
        assert words in said


def test_a_sweeps_file_that_is_cut_leaves_its_runs(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid())
    path = sweep / "sweep.json"
    path.write_text(path.read_text(encoding="utf-8")[:200], encoding="utf-8")
    records = gather([sweep])
    assert len(records) == 12
    assert any("sweep.json is cut" in note for record in records for note in record.notes)


@pytest.mark.parametrize("content", ["[]", "{}", '{"jobs": 3}', '{"jobs": [3, null]}', '"text"', ""])
def test_an_odd_sweeps_file_is_no_traceback(tmp_path: Path, content: str) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid((1,)))
    (sweep / "sweep.json").write_text(content, encoding="utf-8")
    assert len(gather([sweep])) == 4


def test_a_job_that_never_began_is_known_by_the_sweep(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid((1,)))
    path = sweep / "sweep.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    values = {"pooling": "max", "seed": "1"}
    content["jobs"].append(
        {"number": 4, "folder": "4", "values": values, "state": "refused", "error": "POOL001"}
    )
    path.write_text(json.dumps(content), encoding="utf-8")
    failure = build_board(gather([sweep])).failures[0]
    assert (failure.state, failure.cause, failure.values["pooling"]) == ("refused", "POOL001", "max")


def test_jobs_without_a_folder_are_those_of_their_own_sweep(tmp_path: Path) -> None:
    for name in ("sweep_a", "sweep_b"):
        shutil.rmtree(write_sweep(tmp_path / name, grid((1,))) / "0")
    board = build_board(gather([tmp_path]))
    assert sorted(failure.run for failure in board.failures) == ["sweep_a/0", "sweep_b/0"]
    both = gather([tmp_path / "sweep_a", tmp_path / "sweep_b", tmp_path])
    assert sorted(record.name for record in both if record.folder is None) == ["sweep_a/0", "sweep_b/0"]


def test_a_study_is_no_training_and_its_settings_set_none_apart(tmp_path: Path) -> None:
    for number, rows in enumerate([100, 200]):
        write_run(tmp_path / f"run{number}", seed=number, config={"study.max_rows": rows})
    study = write_run(tmp_path / "study_a", kind="study", metrics={"mean@2/spearmanr": 0.6})
    killed = write_run(tmp_path / "study_b")
    (killed / "results.json").unlink()
    write_started(killed, "study")
    records = gather([tmp_path])
    assert sorted(record.name for record in records) == ["run0", "run1"]
    assert [record.values for record in records] == [{}, {}]
    with pytest.raises(RunFault, match="holds studies and no training"):
        gather([study])
    write_sweep(study / "finetune" / "0_mean", grid((1,)))
    assert len(gather([study])) == 4


def test_a_job_of_a_sweep_of_studies_that_never_began_is_no_training(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid((1,)))
    shutil.rmtree(sweep / "0")
    for number in (1, 2, 3):
        path = sweep / str(number) / "results.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"kind": "study"}), "utf-8")
    with pytest.raises(RunFault, match="holds studies and no training"):
        gather([sweep])
