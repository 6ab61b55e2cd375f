"""DATA007: counts, row numbers, and when a flaw becomes a fault."""

import json
from pathlib import Path

import pytest

from judging import HEADLINES, assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

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
