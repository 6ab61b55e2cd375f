"""A run of each objective on token level and on relations, from files in KLUE's formats to its last file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from families import write_family
from haechi.predict import load_predictor
from haechi.rows.tags import OUTSIDE
from running import only_folder, results, run

PEOPLE = ["김해치", "이광수", "박서연", "최민호", "정유진", "한지우", "오세훈", "강다은"]
PLACES = ["한빛연구소", "새벽출판사", "누리대학교", "푸른은행", "가온병원", "미르극단"]
QUICK = ["trainer.max_steps=4", "trainer.logging_steps=1", "notify=none", "task.validation_share=0.25"]


class Case(NamedTuple):
    """A task on a file, and what its run must leave."""

    overrides: list[str]
    write: Callable[[Path], Path]
    metrics: set[str]
    predicted: set[str]
    plots: set[str]


def write_relations(folder: Path) -> Path:
    rows = []
    for index, person in enumerate(PEOPLE):
        for place in PLACES[:4]:
            related = index % 2 == 0
            sentence = (
                f"{person} 씨는 {place}에서 일한다." if related else f"{person} 씨가 {place} 앞을 지났다."
            )
            start = sentence.index(place)
            rows.append(
                {
                    "guid": f"re-{len(rows)}", "sentence": sentence,
                    "subject_entity": {"word": person, "start_idx": 0, "end_idx": 2, "type": "PER"},
                    "object_entity": {
                        "word": place, "start_idx": start, "end_idx": start + len(place) - 1, "type": "ORG",
                    },
                    "label": "per:employee_of" if related else "no_relation",
                }
            )  # fmt: skip
    path = folder / "relations.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def write_tags(folder: Path) -> Path:
    lines = ["## 컬럼명 : CHAR\tNE_TAG", ""]
    for number, person in enumerate(PEOPLE):
        for place in PLACES[:4]:
            parts = [(person, "PS"), ("이 ", ""), (place, "OG"), ("에 갔다.", "")]
            text = "".join(f"<{part}:{kind}>" if kind else part for part, kind in parts)
            lines.append(f"## klue-ner-{number}-{place}\t{text}")
            for part, kind in parts:
                for index, character in enumerate(part):
                    lines.append(f"{character}\t{('B-' if index == 0 else 'I-') + kind if kind else 'O'}")
            lines.append("")
    path = folder / "tags.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_questions(folder: Path) -> Path:
    """Where somebody works, asked of a text of two windows that says so, and of one that does not."""
    articles = []
    for number, person in enumerate(PEOPLE):
        paragraphs = []
        for index, place in enumerate(PLACES[:4]):
            said, noise = (
                index % 2 == 0,
                [f"{other} 앞에는 해치가 앉아 있다. " for other in PLACES if other != place],
            )
            noise.insert(number % 5, f"{person}의 일터는 {place}이었다. " if said else "")
            context = "".join(
                noise * 2 if not said else [*noise, *(item for item in noise if person not in item)]
            )
            answers = [{"text": place, "answer_start": context.index(place)}] if said else []
            asked = {
                "question": f"{person}의 일터는 어디인가?", "guid": f"mrc-{number}-{index}",
                "answers": answers, "is_impossible": not said,
            }  # fmt: skip
            paragraphs.append({"context": context, "qas": [asked]})
        articles.append({"title": person, "paragraphs": paragraphs})
    path = folder / "questions.json"
    path.write_text(json.dumps({"version": "test", "data": articles}, ensure_ascii=False), encoding="utf-8")
    return path


RELATION = Case(
    ["task=klue_re", "tokenizer.max_length=64", "pooling=entity_start", "task.markers=typed",
     "task.labels=[no_relation,\"per:employee_of\"]"],
    write_relations,
    {"micro_f1", "auprc", "macro_f1", "accuracy", "f1/no_relation", "f1/per:employee_of"},
    {"sentence", "subject_entity", "object_entity", "label", "prediction", "scores"},
    {"learning_curve.png", "confusion_validation.png"},
)  # fmt: skip
TAGS = Case(
    ["task=klue_ner", "tokenizer.max_length=64", "task.labels=null"],
    write_tags,
    {
        "entity_macro_f1",
        "entity_micro_f1",
        "char_macro_f1",
        "char_macro_f1_without_o",
        "f1/PS",
        "f1/OG",
    },
    {"tokens", "labels", "prediction"},
    {"learning_curve.png"},
)
SPAN = Case(
    ["task=klue_mrc", "tokenizer.max_length=112", "task.doc_stride=24"],
    write_questions,
    {"exact_match", "rouge_w", "rouge_w_exact", "char_f1"},
    {"id", "question", "answers", "prediction", "score", "candidates"},
    {"learning_curve.png"},
)
CASES = {"relation": RELATION, "tags": TAGS, "span": SPAN}


def finish(tmp_path: Path, case: Case, *more: str) -> Path:
    process = run(tmp_path, *case.overrides, f"task.files.train={case.write(tmp_path)}", *QUICK, *more)
    assert process.returncode == 0, process.stderr[-3000:]
    return only_folder(tmp_path, case.overrides[0].removeprefix("task="))


def predictions(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "predictions.jsonl").open(encoding="utf-8")]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gpt2", "xlnet"])
@pytest.mark.parametrize("name", list(CASES))
def test_every_objective_runs_without_a_first_special_token(tmp_path: Path, name: str, family: str) -> None:
    checkpoint = write_family(tmp_path / "checkpoint", family)
    model = ["model=local", f"model.checkpoint={checkpoint}", "tracking=none"]
    pooling = ["pooling=mean"] if name == "relation" else []
    (tmp_path / "outputs").mkdir()
    folder = finish(tmp_path / "outputs", CASES[name], *model, *pooling)
    assert results(folder)["status"] == "finished"
    _assert_the_saved_model_agrees(name, folder, predictions(folder))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CASES))
def test_a_run_leaves_metrics_predictions_plots_and_a_model(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    folder = finish(tmp_path, case, "tracking=none")
    found = results(folder)
    assert found["status"] == "finished"
    assert set(found["metrics"]) == {f"validation/{metric}" for metric in case.metrics}
    rows = predictions(folder)
    assert len(rows) == found["rows"]["validation"] == 8
    assert set(rows[0]) == {"split", "row", *case.predicted}
    assert {path.name for path in (folder / "plots").iterdir()} == case.plots
    assert (folder / "model" / "haechi.json").is_file()
    _assert_the_saved_model_agrees(name, folder, rows)


def _assert_the_saved_model_agrees(name: str, folder: Path, rows: list[dict[str, Any]]) -> None:
    predict = load_predictor(folder / "model")
    if name == "relation":
        for row, answer in zip(rows, predict(rows), strict=True):
            # bf16 in training against float32 here.
            assert answer["score"] == pytest.approx(row["scores"][answer["label"]], abs=0.02)
    elif name == "tags":
        for row, answer in zip(rows, predict(rows), strict=True):
            assert len(answer["tags"]) == len(row["tokens"]) == len(row["labels"])  # type: ignore[arg-type]
            assert {*row["prediction"]} <= {OUTSIDE, "B-PS", "I-PS", "B-OG", "I-OG"}
    else:
        articles = json.loads((folder.parents[1] / "questions.json").read_text(encoding="utf-8"))["data"]
        contexts = {
            item["guid"]: paragraph["context"]
            for article in articles for paragraph in article["paragraphs"] for item in paragraph["qas"]
        }  # fmt: skip
        assert all(row["prediction"] in contexts[row["id"]] for row in rows)
        answers = predict([{**row, "context": contexts[row["id"]]} for row in rows])
        assert [set(answer) for answer in answers] == [{"answer", "score"}] * len(rows)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tags", "span"])
def test_a_few_epochs_learn_what_is_there_to_learn(tmp_path: Path, name: str) -> None:
    """Names of people and places, or what a sentence says that begins as the question does."""
    more = [
        "trainer.max_steps=60",
        "tracking=none",
        "trainer.eval_strategy=no",
        "trainer.per_device_train_batch_size=8",
    ]
    found = results(finish(tmp_path, CASES[name], *more))["metrics"]
    assert found["validation/entity_macro_f1" if name == "tags" else "validation/rouge_w"] > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CASES))
def test_the_tracked_model_takes_rows_and_gives_predictions(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow
    import pandas as pd

    folder = finish(tmp_path, CASES[name])
    found = results(folder)
    assert found["tracking"] is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    model = mlflow.pyfunc.load_model(f"runs:/{found['mlflow_run_id']}/model")
    taken = {"relation": ("sentence", "subject_entity", "object_entity"), "tags": ("tokens",)}
    rows = [{"question": "어디인가?", "context": "해치는 광화문 앞에 있다."}]
    if name in taken:
        rows = [{key: row[key] for key in taken[name]} for row in predictions(folder)]
    answers = model.predict(pd.DataFrame(rows)).to_dict("records")
    for answer, expected in zip(answers, load_predictor(folder / "model")(rows), strict=True):
        assert set(answer) == set(expected)
        for key, value in expected.items():
            same = pytest.approx(value, abs=1e-5) if isinstance(value, float) else value
            assert (list(answer[key]) if isinstance(value, list) else answer[key]) == same
