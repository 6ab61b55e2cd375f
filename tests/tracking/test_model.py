"""The logged model: code and requirements beside it, a signature, no pickle."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.entities import LoggedModel
from mlflow.models import Model
from mlflow.tracking import MlflowClient

from haechi.tracking.model import example_and_signature, requirements
from tracking.servers import SOURCES, new_tracker

ONE_TEXT = ([{"text": "안녕", "text_pair": None}], [{"label": "정치", "score": 0.5, "scores": {"정치": 0.5}}])
PAIR = (
    [{"text": "가", "text_pair": "나"}, {"text": "다", "text_pair": None}],
    [{"label": "entailment", "score": 0.5}, {"label": "neutral", "score": 0.5}],
)
TOKENS = ([{"text": "해치"}], [{"entities": [{"text": "해치", "label": "PS", "start": 0, "end": 2}]}])


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "모델 1%"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def logged(hangul_outputs: Path, checkpoint: Path, sample: tuple[list, list]) -> tuple[LoggedModel, Path]:
    """The logged model and where its files lie."""
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.log_model(checkpoint, *sample)
    tracker.finish("finished")
    assert tracker.trouble() is None
    client = MlflowClient(f"sqlite:///{hangul_outputs}/mlflow.db")
    run = client.get_run(tracker.run_id)
    (model,) = client.search_logged_models([run.info.experiment_id])
    assert [output.model_id for output in run.outputs.model_outputs] == [model.model_id]
    assert (model.name, model.status, model.source_run_id) == ("model", "READY", tracker.run_id)
    return model, hangul_outputs / "mlartifacts" / "주제_분류" / "models" / model.model_id / "artifacts"


def columns(schema: object) -> list[tuple[str, bool]]:
    return [(column.name, column.required) for column in schema]


def test_the_model_lies_under_the_run_with_code_requirements_and_signature(
    hangul_outputs: Path, checkpoint: Path
) -> None:
    model, files = logged(hangul_outputs, checkpoint, PAIR)
    assert [path.read_text() for path in (files / "artifacts").rglob("config.json")] == ["{}"]
    assert (files / "code" / "haechi" / "tracking" / "names.py").is_file()
    assert (files / "pyfunc_model.py").is_file()
    assert [path.name for path in files.rglob("*") if path.suffix in (".pkl", ".pickle", ".pyc")] == []
    assert set(requirements()) <= set((files / "requirements.txt").read_text().splitlines())
    stored = Model.load(str(files / "MLmodel"))
    assert (stored.run_id, stored.model_id) == (model.source_run_id, model.model_id)
    assert columns(stored.signature.inputs) == [("text", True), ("text_pair", False)]
    assert columns(stored.signature.outputs) == [("label", True), ("score", True)]
    assert list(stored.load_input_example(str(files))["text"]) == ["가", "다"]
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("sample", "inputs", "predictions"),
    [
        (ONE_TEXT, [("text", True)], [("label", True), ("score", True), ("scores", True)]),
        (TOKENS, [("text", True)], [("entities", True)]),
    ],
    ids=["one text", "tokens"],
)
def test_the_signature_names_the_columns_of_the_samples(
    sample: tuple[list, list], inputs: list[tuple[str, bool]], predictions: list[tuple[str, bool]]
) -> None:
    example, signature = example_and_signature(*sample)
    assert list(example.columns) == ["text"]
    assert (columns(signature.inputs), columns(signature.outputs)) == (inputs, predictions)


def test_the_requirements_are_the_installed_versions_without_local_labels() -> None:
    lines = requirements()
    for name in ("torch", "transformers", "tokenizers", "safetensors", "numpy", "pandas"):
        assert f"{name}=={importlib.metadata.version(name).split('+')[0]}" in lines


def test_a_missing_model_is_noted_and_the_run_ends_well(hangul_outputs: Path, tmp_path: Path) -> None:
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.log_model(tmp_path / "missing", *ONE_TEXT)
    tracker.finish("finished")
    assert tracker.trouble() == f"{tmp_path / 'missing'} was not kept: it is not there any more"
    client = MlflowClient(f"sqlite:///{hangul_outputs}/mlflow.db")
    assert client.get_run(tracker.run_id).info.status == "FINISHED"


def test_what_a_killed_upload_left_beside_the_model_goes(
    hangul_outputs: Path, checkpoint: Path, tmp_path: Path
) -> None:
    model = tmp_path / "run" / "model"
    shutil.copytree(checkpoint, model)
    (model.parent / ".mlflow_model_x1").mkdir()
    (model.parent / ".mlflow_model_x1" / "weights").write_bytes(b"x")
    tracker = new_tracker()
    tracker.start({}, {})
    tracker.log_model(model, *ONE_TEXT)
    tracker.finish("finished")
    assert tracker.trouble() is None
    assert [path.name for path in model.parent.iterdir()] == ["model"]


def test_no_model_is_logged_where_the_config_says_so(hangul_outputs: Path, checkpoint: Path) -> None:
    tracker = new_tracker(log_model=False)
    tracker.start({}, {})
    tracker.log_model(checkpoint, *ONE_TEXT)
    tracker.finish("finished")
    client = MlflowClient(f"sqlite:///{hangul_outputs}/mlflow.db")
    run = client.get_run(tracker.run_id)
    assert client.search_logged_models([run.info.experiment_id]) == []


LOAD_AND_PREDICT = """
import json, sys
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(f"runs:/{sys.argv[2]}/model")
import haechi
assert haechi.__file__.startswith(model._model_impl.context.artifacts["model"].split("/artifacts/")[0])
print(model.predict(pandas.DataFrame(json.loads(sys.argv[3]))).to_json(orient="records"))
"""


@pytest.mark.slow
def test_a_trained_model_is_loaded_from_the_store_and_predicts_as_its_folder_does(
    hangul_outputs: Path, tmp_path: Path
) -> None:
    from haechi.predict import load_predictor

    command = [sys.executable, str(SOURCES / "train.py"), "trainer.max_steps=2", "notify=none"]
    subprocess.run([*command, f"run_dir={tmp_path / 'run'}"], check=True, capture_output=True, timeout=200)
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert results["tracking"] is None
    rows = [{"text": "코스피 사상 최고치 경신"}, {"text": "프로야구 한국시리즈 개막"}]
    # In a directory and with a path where only the code that was logged can be found.
    loaded = subprocess.run(
        [
            *[sys.executable, "-c", LOAD_AND_PREDICT, f"sqlite:///{hangul_outputs}/mlflow.db"],
            *[results["mlflow_run_id"], json.dumps(rows)],
        ],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
        stdout=subprocess.PIPE,
        timeout=200,
    )
    expected = load_predictor(tmp_path / "run" / "model")(rows)
    for found, prediction in zip(json.loads(loaded.stdout), expected, strict=True):
        assert found == {"label": prediction["label"], "score": pytest.approx(prediction["score"], abs=1e-4)}
