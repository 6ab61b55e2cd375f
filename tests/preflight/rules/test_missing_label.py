"""LABEL002: rows without a label; words like NA are labels."""

from pathlib import Path

import pytest

from judging import HEADLINES, assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "LABEL002"


def example(tmp_path: Path) -> list[str]:
    """Row 3 has no label."""
    return files_task(write_rows(tmp_path / "train.csv", HEADLINES.replace("정치", "")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_rows_are_counted_and_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "1 of 4 train rows have no label"
    assert found.notes == [f"row 3 of {tmp_path / 'train.csv'}"]


def test_null_spaces_nan_and_a_missing_key(tmp_path: Path) -> None:
    labels = ['"label": "가"', '"label": null', '"label": " "', '"label": NaN', '"other": 1', '"label": "나"']
    path = write_rows(
        tmp_path / "a.jsonl", "".join(f'{{"text": "제목 {n}", {label}}}\n' for n, label in enumerate(labels))
    )
    found = assert_only(files_task(path), CODE)
    assert found.message.startswith("4 of 6 ")
    assert found.notes[0].startswith("row 2, 3, 4, 5 of ")


@pytest.mark.parametrize("objective", ["classification", "regression"])
def test_every_objective_needs_labels(tmp_path: Path, objective: str) -> None:
    path = write_rows(tmp_path / "a.csv", "text,label\n가 나,1\n다 라,\n마 바,2\n")
    assert_only(files_task(path, f"task.objective={objective}"), CODE)


@pytest.mark.parametrize("label", ["NA", "null", "None", "nan", "N/A", "0", "false"])
def test_words_are_labels_whatever_they_spell(tmp_path: Path, label: str) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("정치", label))
    assert codes(files_task(path)) == []
    assert codes(files_task(path, f'task.labels=["경제","스포츠","{label}"]')) == []
