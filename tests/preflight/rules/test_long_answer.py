"""LABEL019: answers against the longest one that is given."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, write_json

CODE = "LABEL019"


def file(folder: Path, far: int, count: int = 100) -> list[str]:
    """Questions of which some have an answer of twelve words."""
    rows = questions(count)
    for row in rows[:far]:
        answer = " ".join(["그리고"] * 12)
        row["context"] = f"{answer} 끝. {row['context']}"
        row["answers"] = [{"text": answer, "answer_start": 0}]
    return asking(write_json(folder / "qa.json", rows), "task.max_answer_tokens=11")


def example(tmp_path: Path) -> list[str]:
    """Three of a hundred answers."""
    return file(tmp_path, 3)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.message.startswith("3 of 100 answers in the train rows have more than 11 tokens")
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("far", "severity"), [(1, "note"), (2, "note"), (3, "warning")])
def test_few_are_a_note(tmp_path: Path, far: int, severity: str) -> None:
    assert finding(file(tmp_path, far), CODE).severity.value == severity


def test_answers_that_may_be_given_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, 0))
