"""What an option of the task group brings with it."""

import json
from pathlib import Path

import pytest

from haechi.compose import compose
from haechi.preflight.diagnostic import Severity
from judging import finding, verdict_of


@pytest.mark.parametrize(
    ("task", "length"), [("klue_ynat", 128), ("klue_re", 256), ("klue_ner", 510), ("klue_mrc", 510)]
)
def test_the_longest_input_is_the_tasks_unless_it_is_typed(task: str, length: int) -> None:
    assert compose([f"task={task}"]).tokenizer.max_length == length
    assert compose([f"task={task}", "tokenizer=klue_bert"]).tokenizer.max_length == length
    assert compose([f"task={task}", "tokenizer.max_length=64"]).tokenizer.max_length == 64
    assert compose([f"task={task}", "task.max_length=96"]).tokenizer.max_length == 96


def test_a_model_of_few_positions_takes_long_contexts_by_windows(tmp_path: Path) -> None:
    context = "해치는 광화문 앞에 앉아 있다. " * 40
    asked = {"question": "어디에 있나?", "guid": "1", "is_impossible": False}
    rows = [
        {**asked, "context": f"{number}번. {context}", "answers": [{"text": "광화문", "answer_start": 8}]}
        for number in range(4)
    ]
    path = tmp_path / "train.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    overrides = ["task=klue_mrc", f"task.files.train={path}"]
    found = finding(overrides, "POS001")
    assert found.fixes == [["tokenizer.max_length=128"]]
    fit = verdict_of([*overrides, "tokenizer.max_length=128", "task.doc_stride=32"])
    assert [item.code for item in fit.diagnostics if item.severity is not Severity.note] == []
