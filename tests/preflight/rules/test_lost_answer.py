"""LEN004: answers between two windows."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import TEXTS, asking, questions, write_json

CODE = "LEN004"


def file(folder: Path, far: int, count: int, words: int = 30) -> list[str]:
    rows = questions(count)
    for row in rows[:far]:
        answer = " ".join(["그리고"] * words)
        row["context"] = " ".join([*TEXTS * 4, answer, *TEXTS])
        row["answers"] = [{"text": answer, "answer_start": row["context"].index(answer)}]
        row["question"] += " 그리고" * 30
    return asking(write_json(folder / "qa.json", rows), "task.doc_stride=2")


def example(tmp_path: Path) -> list[str]:
    """Two of a hundred answers are long."""
    return file(tmp_path, 2, 100)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "no window holds the whole answer of 2 of 100 questions in the train rows"
    assert found.fixes[0][0].startswith("task.doc_stride=")
    assert found.notes[0].startswith(f"row 1, 2 of {tmp_path / 'qa.json'}: the answer `그리고 ")


def test_few_are_a_note(tmp_path: Path) -> None:
    assert finding(file(tmp_path, 1, 101), CODE).severity.value == "note"


def test_what_no_window_holds_has_to_be_accepted(tmp_path: Path) -> None:
    overrides = file(tmp_path, 2, 100, words=200)
    assert finding(overrides, CODE).fixes == [["preflight.ignore=[LEN004]"]]
    assert_fixes_clear(overrides, CODE)


def test_answers_that_a_window_holds_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, 0, 20))
    assert CODE not in codes(asking(write_json(tmp_path / "qa.json", questions(20, padding=200))))
