"""KLUE's relations, tags and questions in the form that the hub has them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from hub_server import HubServer, hub_environment, run_quickly

# Sorted, as the hub has them; ids of the rows count by this list.
TAGS = ["B-DT", "I-DT", "B-LC", "I-LC", "B-OG", "I-OG", "B-PS", "I-PS", "B-QT", "I-QT", "B-TI", "I-TI", "O"]
RELATIONS = ["no_relation", "per:employee_of", "per:title"]
LOAD = """
import json, sys
from dataclasses import asdict
from haechi.compose import compose
from haechi.data.hub import load_from_hub
from haechi.resolve import resolve

composed = compose(json.loads(sys.argv[1]))
splits = load_from_hub(resolve(composed, composed.hydra).config.task)
print(json.dumps({name: [asdict(row) for row in split.examples] for name, split in splits.items()}))
"""
CARD = """\
---
dataset_info:
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
{relations}
  splits:
  - name: train
    num_examples: 2
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
{tags}
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


ROWS: dict[str, list[dict[str, Any]]] = {
    "re": [
        {
            "sentence": "김해치 소장", "subject_entity": mention("김해치", 0, "PER"),
            "object_entity": mention("소장", 4, "POH"), "label": label,
        }
        for label in (2, 0)
    ],
    "ner": [{"sentence": "<김해치:PS> 씨", "tokens": list("김해치 씨"), "ner_tags": [6, 7, 7, 12, 12]}],
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


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "klue"
    for name, rows in ROWS.items():
        (folder / name).mkdir(parents=True)
        parquet.write_table(arrow.Table.from_pylist(rows), folder / name / "train-00000-of-00001.parquet")
    listed = [
        "\n".join(f"          '{number}': {name}" for number, name in enumerate(names))
        for names in (RELATIONS, TAGS)
    ]
    card = CARD.format(relations=listed[0], tags=listed[1])
    (folder / "README.md").write_text(card, encoding="utf-8")
    return folder


def load(server: HubServer, folder: Path, task: str) -> list[dict[str, Any]]:
    environment = hub_environment(server.url, folder)
    outcome = run_quickly(120, "-c", LOAD, json.dumps([f"task={task}"]), environment=environment)
    assert outcome.status == 0, outcome.stderr
    return json.loads(outcome.stdout)["train"]


def test_relations_tags_and_questions_arrive(repository: Path, tmp_path: Path) -> None:
    with HubServer() as server:
        server.add_dataset("klue/klue", repository)
        relations, tags, questions = (load(server, tmp_path, f"klue_{name}") for name in ("re", "ner", "mrc"))
    assert [row["label"] for row in relations] == ["per:title", "no_relation"]
    assert relations[0]["object"] == {"start": 4, "end": 6, "type": "POH", "word": "소장"}
    assert (tags[0]["text"], tags[0]["tags"]) == ("김해치 씨", ["B-PS", "I-PS", "I-PS", "O", "O"])
    assert [row["id"] for row in questions] == ["mrc-1", "mrc-2"]
    assert questions[0]["answers"] == [{"start": 4, "text": "불"}, {"start": 4, "text": "불을"}]
    assert (questions[1]["answers"], questions[1]["is_impossible"]) == ([], True)
