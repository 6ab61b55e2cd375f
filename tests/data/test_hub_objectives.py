"""KLUE's pairs, relations, tags and questions in the form that the hub has them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from hub_server import HubServer, hub_environment, run_quickly

# The orders of the hub's own lists; ids of the rows count by them.
NLI = ["entailment", "neutral", "contradiction"]
RELATIONS = ["no_relation", "per:employee_of", "per:title"]
TAGS = ["B-DT", "I-DT", "B-LC", "I-LC", "B-OG", "I-OG", "B-PS", "I-PS", "B-QT", "I-QT", "B-TI", "I-TI", "O"]
OWN = {"nli": NLI, "re": RELATIONS, "ner": TAGS}
# Other lists of the same names: that of KLUE's own code, sorted ones, and back to front.
BASELINE = {
    "nli": ["entailment", "contradiction", "neutral"],
    "re": ["per:title", "no_relation", "per:employee_of"],
    "ner": [
        "B-PS",
        "I-PS",
        "B-LC",
        "I-LC",
        "B-OG",
        "I-OG",
        "B-DT",
        "I-DT",
        "B-TI",
        "I-TI",
        "B-QT",
        "I-QT",
        "O",
    ],
}
SORTED = {name: sorted(labels, reverse=name == "re") for name, labels in OWN.items()}
REVERSED = {name: labels[::-1] for name, labels in OWN.items()}
LOAD = """
import json, sys
from dataclasses import asdict
from haechi.compose import compose
from haechi.data.hub import load_from_hub
from haechi.resolve import resolve

found = {}
for name in sys.argv[1:]:
    composed = compose([f"task=klue_{name}"])
    splits = load_from_hub(resolve(composed, composed.hydra).config.task)
    found[name] = [asdict(row) for row in splits["train"].examples]
print(json.dumps(found))
"""
CARD = """\
---
dataset_info:
- config_name: nli
  features:
  - name: guid
    dtype: string
  - name: premise
    dtype: string
  - name: hypothesis
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
{nli}
  splits:
  - name: train
    num_examples: 3
- config_name: re
  features:
  - name: sentence
    dtype: string
  - name: subject_entity
    struct:
    - name: word
      dtype: string
    - name: start_idx
      dtype: int32
    - name: end_idx
      dtype: int32
    - name: type
      dtype: string
  - name: object_entity
    struct:
    - name: word
      dtype: string
    - name: start_idx
      dtype: int32
    - name: end_idx
      dtype: int32
    - name: type
      dtype: string
  - name: label
    dtype:
      class_label:
        names:
{re}
  splits:
  - name: train
    num_examples: 3
- config_name: ner
  features:
  - name: sentence
    dtype: string
  - name: tokens
    sequence: string
  - name: ner_tags
    sequence:
      class_label:
        names:
{ner}
  splits:
  - name: train
    num_examples: 1
- config_name: mrc
  features:
  - name: context
    dtype: string
  - name: guid
    dtype: string
  - name: is_impossible
    dtype: bool
  - name: question
    dtype: string
  - name: answers
    sequence:
    - name: answer_start
      dtype: int32
    - name: text
      dtype: string
  splits:
  - name: train
    num_examples: 2
configs:
- config_name: nli
  data_files:
  - split: train
    path: nli/train-*
- config_name: re
  data_files:
  - split: train
    path: re/train-*
- config_name: ner
  data_files:
  - split: train
    path: ner/train-*
- config_name: mrc
  data_files:
  - split: train
    path: mrc/train-*
---
"""


def mention(word: str, start: int, kind: str) -> dict[str, Any]:
    return {"word": word, "start_idx": start, "end_idx": start + len(word) - 1, "type": kind}


# Rows with the names of their classes, which the files have as ids.
ROWS: dict[str, list[dict[str, Any]]] = {
    "nli": [
        {"guid": f"nli-{name}", "premise": "비가 온다", "hypothesis": f"{name} 문장", "label": name}
        for name in ("contradiction", "entailment", "neutral")
    ],
    "re": [
        {
            "sentence": f"김해치 소장 {name}", "subject_entity": mention("김해치", 0, "PER"),
            "object_entity": mention("소장", 4, "POH"), "label": name,
        }
        for name in ("per:title", "no_relation", "per:employee_of")
    ],
    "ner": [
        {
            "sentence": "<김해치:PS> 씨", "tokens": list("김해치 씨"),
            "ner_tags": ["B-PS", "I-PS", "I-PS", "O", "O"],
        }
    ],
    "mrc": [
        {
            "context": "해치는 불을 먹는다", "guid": "mrc-1", "is_impossible": False, "question": "무엇을?",
            "answers": {"answer_start": [4, 4], "text": ["불", "불을"]},
        },
        {
            "context": "해치는 불을 먹는다", "guid": "mrc-2", "is_impossible": True, "question": "언제?",
            "answers": {"answer_start": [], "text": []},
        },
    ],
}  # fmt: skip


def write_repository(folder: Path, orders: dict[str, list[str]]) -> Path:
    """A repository as klue/klue's; its card lists the classes in these orders, and its rows count by them."""
    for name, rows in ROWS.items():
        ids = {label: number for number, label in enumerate(orders.get(name, []))}
        columns = {"label", "ner_tags"} if ids else set()
        counted = [
            {column: _ids(value, ids) if column in columns else value for column, value in row.items()}
            for row in rows
        ]
        (folder / name).mkdir(parents=True)
        parquet.write_table(arrow.Table.from_pylist(counted), folder / name / "train-00000-of-00001.parquet")
    listed = {
        name: "\n".join(f"          '{number}': {label}" for number, label in enumerate(labels))
        for name, labels in orders.items()
    }
    (folder / "README.md").write_text(CARD.format(**listed), encoding="utf-8")
    return folder


def _ids(value: Any, ids: dict[str, int]) -> Any:
    return [ids[item] for item in value] if isinstance(value, list) else ids[value]


def load(folder: Path, orders: dict[str, list[str]], *tasks: str) -> dict[str, list[dict[str, Any]]]:
    """Train rows of tasks from a hub on this machine."""
    with HubServer() as server:
        server.add_dataset("klue/klue", write_repository(folder / "klue", orders))
        outcome = run_quickly(120, "-c", LOAD, *tasks, environment=hub_environment(server.url, folder))
    assert outcome.status == 0, outcome.stderr
    return json.loads(outcome.stdout)


def test_relations_tags_and_questions_arrive(tmp_path: Path) -> None:
    found = load(tmp_path, OWN, "re", "ner", "mrc")
    relations, tags, questions = (found[name] for name in ("re", "ner", "mrc"))
    assert [row["label"] for row in relations] == ["per:title", "no_relation", "per:employee_of"]
    assert relations[0]["object"] == {"start": 4, "end": 6, "type": "POH", "word": "소장"}
    assert (tags[0]["text"], tags[0]["tags"]) == ("김해치 씨", ["B-PS", "I-PS", "I-PS", "O", "O"])
    assert [row["id"] for row in questions] == ["mrc-1", "mrc-2"]
    assert questions[0]["answers"] == [{"start": 4, "text": "불"}, {"start": 4, "text": "불을"}]
    assert (questions[1]["answers"], questions[1]["is_impossible"]) == ([], True)


@pytest.mark.parametrize(
    "orders", [BASELINE, SORTED, REVERSED], ids=["KLUE's code", "sorted", "back to front"]
)
def test_pairs_relations_and_tags_are_matched_by_name_when_the_data_set_counts_otherwise(
    tmp_path: Path, orders: dict[str, list[str]]
) -> None:
    assert all(orders[name] != OWN[name] and sorted(orders[name]) == sorted(OWN[name]) for name in OWN)
    found = load(tmp_path, orders, "nli", "re", "ner")
    pairs = [(row["text"], row["text_pair"], row["label"]) for row in found["nli"]]
    assert pairs == [("비가 온다", row["hypothesis"], row["label"]) for row in ROWS["nli"]]
    assert [row["label"] for row in found["re"]] == [row["label"] for row in ROWS["re"]]
    assert [row["text"].split()[-1] for row in found["re"]] == [row["label"] for row in ROWS["re"]]
    assert [row["tags"] for row in found["ner"]] == [row["ner_tags"] for row in ROWS["ner"]]
