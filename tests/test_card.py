"""The model card: what the hub reads of it, and what it must not give away."""

from pathlib import Path

import pytest
from huggingface_hub import ModelCard, metadata_load

from checkpoints import local, tiny_copy
from haechi.card import write_card
from haechi.compose import compose
from haechi.outputs import Results
from haechi.preflight.check import check
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from judging import write_rows
from tasks import task, texts, write_csv

METRICS = {
    "validation/macro_f1": 0.75,
    "validation/f1/경제": 0.5,
    "test/macro_f1": 0.5,
    "validation/loss": 1.0,
}


def card(folder: Path, *overrides: str, **results: object) -> str:
    composed = compose(list(overrides))
    evidence = Evidence(resolve(composed, composed.hydra))
    told = Results("finished", **results)  # type: ignore[arg-type]
    folder.mkdir(exist_ok=True)
    path = write_card(folder, evidence, check(evidence), told, ["경제", "스포츠"])
    return path.read_text("utf-8")


def test_the_hub_reads_metrics_and_tags(tmp_path: Path) -> None:
    best = {"metric": "validation/macro_f1", "value": 0.75, "step": 7}
    text = card(tmp_path, metrics=METRICS, rows={"train": 9, "validation": 3, "test": 3}, best=best)
    read = ModelCard.load(tmp_path / "README.md").data
    assert (read.language, read.library_name) == (["ko"], "transformers")
    assert {"haechi", "classification", "pooling-mean"} <= set(read.tags or [])
    found = {(item.dataset_split, item.metric_type): item.metric_value for item in read.eval_results or []}
    assert found == {
        ("validation", "macro_f1"): 0.75, ("validation", "loss"): 1.0, ("test", "macro_f1"): 0.5,
    }  # fmt: skip
    assert metadata_load(tmp_path / "README.md")["model-index"][0]["name"] == "tiny on sample_topic"
    assert "| macro_f1 | 0.7500 | 0.5000 |" in text
    assert "those of step 7" in text
    assert "| train | 9 | `train.jsonl` |" in text


def test_a_checkpoint_of_the_hub_is_the_base_with_its_licence(tmp_path: Path) -> None:
    card(tmp_path, "model=kcelectra", metrics=METRICS)
    read = ModelCard.load(tmp_path / "README.md").data
    assert (read.base_model, read.license) == ("beomi/KcELECTRA-base", "mit")
    text = card(tmp_path, "model=klue_bert", metrics=METRICS)
    assert ModelCard.load(tmp_path / "README.md").data.license is None
    assert "believed to be cc-by-sa-4.0" in text


def test_folders_of_this_machine_stay_private(tmp_path: Path) -> None:
    secret = tmp_path / "private"
    secret.mkdir()
    rows = [(text, "가" if number % 2 else "나") for number, text in enumerate(texts(40))]
    path = write_csv(secret / "mine.csv", [*rows, rows[0], *rows[:9]])
    overrides = [*task(path), *local(tiny_copy(secret / "encoder"))]
    text = card(tmp_path / "model", *overrides, rows={"train": 30, "validation": 3})
    assert "private" not in text
    assert "`mine.csv`" in text
    assert "fine-tuned from `encoder`" in text
    assert "split off the train rows, seed 42" in text
    assert "the results flatter the model" in text
    assert "The run was warned: DATA0" in text


@pytest.mark.parametrize("found", [True, False])
def test_only_ways_that_there_are_to_load_it(tmp_path: Path, found: bool) -> None:
    if found:
        write_rows(tmp_path / "modules.json", "[]")
    text = card(tmp_path)
    assert ("SentenceTransformer(" in text) is found
    assert ModelCard.load(tmp_path / "README.md").data.library_name == (
        "sentence-transformers" if found else "transformers"
    )
