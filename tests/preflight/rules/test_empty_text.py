"""DATA007: counts, row numbers, and when a flaw becomes a fault."""

import json
from pathlib import Path

import pytest

from judging import HEADLINES, assert_fixes_clear, assert_only, codes, files_task, finding, write_rows
from tasks import RELATION, asking, questions, relations, task, write_json

CODE = "DATA007"


def example(tmp_path: Path) -> list[str]:
    """The text of row 3 is empty."""
    return files_task(write_rows(tmp_path / "train.csv", HEADLINES.replace("국회 예산안 처리", "")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_row_is_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "1 of 4 train rows have an empty text"
    assert found.notes[0].startswith("row 3 of ")


@pytest.mark.parametrize(
    ("empty", "severity"), [(1, "warning"), (4, "warning"), (5, "error"), (100, "error")]
)
def test_a_few_are_a_flaw_and_many_the_wrong_column(tmp_path: Path, empty: int, severity: str) -> None:
    rows = [f"{'' if number < empty else f'제목 {number}'},{'가나'[number % 2]}" for number in range(100)]
    path = write_rows(tmp_path / "train.csv", "\n".join(["text,label", *rows]))
    found = finding(files_task(path), CODE)
    assert found.severity.value == severity
    assert found.message.startswith(f"{sum(row.startswith(',') for row in rows)} of 100 ")


@pytest.mark.parametrize("text", ["   ", "\t", "\u3000"])
def test_spaces_are_empty(tmp_path: Path, text: str) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("국회 예산안 처리", text))
    assert_only(files_task(path), CODE)


def test_a_second_text_counts_too(tmp_path: Path) -> None:
    text = "text,text_pair,label\n가 나,다 라,0\n마 바,,1\n사 아,자 차,0\n"
    path = write_rows(tmp_path / "train.csv", text)
    overrides = files_task(path, "task.objective=pair_classification", "task.columns.text_pair=text_pair")
    assert finding(overrides, CODE).notes[0].startswith("row 2 of ")


def test_a_missing_key_and_null_are_empty(tmp_path: Path) -> None:
    rows = [{"text": "가 나", "label": "0"}, {"label": "1"}, {"text": None, "label": "0"}]
    path = write_rows(tmp_path / "train.jsonl", "\n".join(map(json.dumps, rows)))
    assert finding(files_task(path), CODE).notes[0].startswith("row 2, 3 of ")


@pytest.mark.parametrize(
    ("text", "said"), [("NA", "DATA015"), ("null", "DATA015"), ("None", "DATA015"), ("0", None), ("-", None)]
)
def test_words_are_not_empty_whatever_they_spell(tmp_path: Path, text: str, said: str | None) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("국회 예산안 처리", text))
    assert codes(files_task(path)) == ([said] if said else [])


PAIRS = ["task.objective=regression", "task.columns.text=a", "task.columns.text_pair=b"]


def pairs(folder: Path, wrong: dict[int, dict[str, str | None]], count: int = 100) -> list[str]:
    """Rows of two texts and a score; some of them changed, and a value of "-" taken away."""
    rows = [
        {"a": f"첫 글 {n}", "b": f"둘째 글 {n}", "label": n % 6, **wrong.get(n, {})}
        for n in range(1, count + 1)
    ]
    kept = [{name: value for name, value in row.items() if value != "-"} for row in rows]
    path = write_rows(folder / "pairs.jsonl", "\n".join(map(json.dumps, kept)))
    return files_task(path, *PAIRS)


def test_a_second_text_that_is_missing_is_empty(tmp_path: Path) -> None:
    found = assert_only(pairs(tmp_path, {6: {"b": None}, 10: {"b": "-"}, 13: {"b": ""}}), CODE)
    assert found.message == "3 of 100 train rows have an empty text"
    assert found.notes == [f"row 6, 10, 13 of {tmp_path / 'pairs.jsonl'}"]
    assert [key.key for key in found.keys] == ["task.columns.text_pair", "task.files.train"]


def test_both_columns_are_told_and_a_row_counts_once(tmp_path: Path) -> None:
    both = {6: {"b": ""}, 10: {"b": " "}, 21: {"a": ""}, 30: {"a": "", "b": ""}}
    found = finding(pairs(tmp_path, both), CODE)
    assert found.message == "4 of 100 train rows have an empty text"
    path = tmp_path / "pairs.jsonl"
    assert found.notes == [
        f"`task.columns.text` is empty in row 21, 30 of {path}",
        f"`task.columns.text_pair` is empty in row 6, 10, 30 of {path}",
    ]
    assert [key.key for key in found.keys] == [
        "task.columns.text",
        "task.columns.text_pair",
        "task.files.train",
    ]


def test_an_empty_sentence_of_a_relation(tmp_path: Path) -> None:
    rows = [*relations(30), {**relations(1)[0], "sentence": " "}]
    found = finding(task(write_json(tmp_path / "a.json", rows), *RELATION), CODE)
    assert [key.key for key in found.keys] == ["task.columns.sentence", "task.files.train"]


@pytest.mark.parametrize(("column", "value"), [("question", " "), ("context", ""), ("context", None)])
def test_an_empty_question_or_context(tmp_path: Path, column: str, value: str | None) -> None:
    """Also where the question has no answer, which an empty context does not hold either."""
    rows = [*questions(30), {**questions(1)[0], "answers": [], "is_impossible": True, column: value}]
    found = assert_only(asking(write_json(tmp_path / "a.json", rows)), CODE)
    assert found.notes == [f"row 31 of {tmp_path / 'a.json'}"]
    assert [key.key for key in found.keys] == [f"task.columns.{column}", "task.files.train"]
