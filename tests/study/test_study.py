"""A study from the command line to its last file: real processes on the embedded data."""

import csv
import json
import subprocess
from pathlib import Path

import pytest

from running import results, run

STEADY = ["notify=none", "tracking=none", "study.token_sentences=0"]
POOLINGS = 7


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One tracked study, looked at by many tests."""
    outputs = tmp_path_factory.mktemp("studied")
    process = run(outputs, "task=sample_sts", "notify=none", "study.token_sentences=4", script="study")
    assert process.returncode == 0, process.stderr[-3000:]
    (folder,) = (outputs / "sample_sts").iterdir()
    return folder, process


@pytest.mark.slow
def test_a_study_leaves_what_its_page_says(studied: tuple) -> None:
    folder, _ = studied
    assert folder.name.startswith("study_")
    left = {path.name for path in folder.iterdir()}
    assert left >= {
        "config.yaml", "study.json", "study.html", "ranking.csv", "tokens.jsonl", "results.json",
        "study.log", "metrics.jsonl", "plots", "preflight.json",
    }  # fmt: skip
    assert "vectors.bin" not in left
    plots = {path.stem for path in (folder / "plots").iterdir()}
    assert {"heatmap_spearmanr", "layers", "ranking", "isotropy", "tokens"} <= plots
    page = (folder / "study.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") >= len(plots)
    assert "src='http" not in page
    assert results(folder)["status"] == "finished"
    assert results(folder)["kind"] == "study"


@pytest.mark.slow
def test_every_cell_has_its_scores_and_intervals(studied: tuple) -> None:
    folder, _ = studied
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert len(study["settings"]) == POOLINGS * 3 + 3
    for name, setting in study["settings"].items():
        score = setting["scores"]["spearmanr"]
        if score["value"] is not None:
            assert score["low"] <= score["value"] <= score["high"], name
        assert set(setting["isotropy"]) == {"raw", "whitened", "without_top"}
    assert set(study["baselines"]) == {"input_embeddings", "tfidf", "majority"}
    values = [item["value"] for item in study["ranking"] if item["value"] is not None]
    assert values == sorted(values, reverse=True)
    assert sum(item["best_share"] for item in study["ranking"]) == pytest.approx(1)
    with (folder / "ranking.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["setting"] for row in rows] == [item["name"] for item in study["ranking"]]


@pytest.mark.slow
def test_the_conclusion_ends_in_a_command_that_is_fit(studied: tuple) -> None:
    folder, process = studied
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert study["conclusion"] in process.stderr
    assert "forecast" not in process.stderr, "a study's time is not a training's"
    assert "nan" not in process.stderr
    assert "The paper's order" in study["conclusion"]
    overrides = study["command"].split()[2:]
    assert "task.encoder=bi" in overrides
    assert run(folder.parent, *overrides, script="check").returncode == 0


@pytest.mark.slow
def test_mlflow_has_the_curves_and_the_artifacts(studied: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    folder, _ = studied
    run_id = results(folder)["mlflow_run_id"]
    client = mlflow.MlflowClient(f"sqlite:///{folder.parents[1] / 'mlflow.db'}")
    curve = client.get_metric_history(run_id, "spearmanr/mean")
    assert [point.step for point in curve] == [0, 1, 2]
    files = {item.path for item in client.list_artifacts(run_id)}
    assert {"study.json", "study.html", "ranking.csv", "tokens.jsonl", "study.log"} <= files
    assert client.get_run(run_id).data.tags["haechi.kind"] == "study"
    assert "plots/layers.png" in {item.path for item in client.list_artifacts(run_id, "plots")}


@pytest.mark.slow
def test_several_studies_end_in_one_comparison_though_one_fails(tmp_path: Path) -> None:
    # The second job is judged fit, and what it asks for shows only when its model is here.
    process = run(
        tmp_path,
        "-m",
        "task=sample_sts",
        "study.layers=[0],[9],[2]",
        "tracking=none",
        *STEADY,
        script="study",
    )
    assert process.returncode != 0
    (sweep,) = (tmp_path / "sample_sts").iterdir()
    jobs = json.loads((sweep / "comparison.json").read_text(encoding="utf-8"))["jobs"]
    assert [job["best"] is not None for job in jobs] == [True, False, True]
    assert "study.layers" in jobs[1]["state"]
    behind = [job for job in jobs if job["behind"] is not None]
    assert behind
    assert all(job["behind_low"] <= job["behind"] <= job["behind_high"] for job in behind)
    assert "studies side by side" in process.stderr
    left = {path.name for path in sweep.iterdir()}
    assert {"comparison.html", "comparison.csv", "comparison.png"} <= left


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "main"),
    [
        ("sample_nli", "accuracy"),
        ("sample_mrc", "mrr"),
        ("sample_re", "micro_f1"),
        ("sample_topic", "macro_f1"),
    ],
)
def test_every_kind_of_task_has_a_score_that_ranks(tmp_path: Path, task: str, main: str) -> None:
    process = run(tmp_path, f"task={task}", *STEADY, script="study")
    assert process.returncode == 0, process.stderr[-2000:]
    (folder,) = (tmp_path / task).iterdir()
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert study["main"] == main
    assert (study["command"] is None) == (task == "sample_mrc"), "a span's head has no pooling"


@pytest.mark.slow
def test_what_cannot_be_studied_is_one_diagnostic(tmp_path: Path) -> None:
    for overrides, said in (
        (["task=sample_ner", "preflight.ignore=[LABEL015]"], "error: tagged tokens need no vector"),
        (["task=sample_mrc", "study.finetune=true"], "error: the head of a task on spans reads every token"),
        (["study.static_vectors=none.txt"], "error: `none.txt` cannot be read"),
    ):
        process = run(tmp_path, *overrides, *STEADY, script="study")
        assert process.returncode == 1
        assert said in process.stderr
        assert "Traceback" not in process.stderr


@pytest.mark.slow
def test_a_few_settings_are_fine_tuned_beside_their_scores(tmp_path: Path) -> None:
    process = run(
        tmp_path, "task=sample_sts", "tracking=none", "study.finetune=true", "study.finetune_settings=3",
        "study.finetune_seeds=[1]", "trainer.max_steps=3", *STEADY, script="study",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-2000:]
    (folder,) = (tmp_path / "sample_sts").iterdir()
    told = json.loads((folder / "study.json").read_text(encoding="utf-8"))["finetuned"]
    assert [len(item["values"]) for item in told["settings"]] == [1, 1, 1]
    for item in told["settings"]:
        (job,) = (path for path in Path(item["folder"]).iterdir() if path.name.isdigit())
        assert item["mean"] == pytest.approx(results(job)["metrics"]["validation/pearsonr"], abs=1e-5)
        assert results(job)["pooling"] == item["overrides"][0].removeprefix("pooling=")
    assert -1 <= told["rank_correlation"] <= 1
    assert told["sentence"] in process.stderr
    assert (folder / "plots" / "finetuned.png").is_file()
