"""DATA012: the same text with two labels."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, task, texts, write_csv, write_json

CODE = "DATA012"


def file(folder: Path, wrong: int, count: int, *more: str) -> list[str]:
    lines = texts(count - wrong)
    rows = [(line, number % 2) for number, line in enumerate(lines)]
    return task(
        write_csv(folder / "rows.csv", [*rows, *((text, 1 - label) for text, label in rows[:wrong])]), *more
    )


def example(tmp_path: Path) -> list[str]:
    """Five of a hundred texts have both labels."""
    return [*file(tmp_path, 5, 100), "preflight.ignore=[DATA011]"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("wrong", "severity"), [(1, "note"), (9, "note"), (10, "warning")])
def test_one_row_in_a_hundred_is_a_warning(tmp_path: Path, wrong: int, severity: str) -> None:
    found = finding(file(tmp_path, wrong, 1000), CODE)
    assert found.severity.value == severity
    assert found.message.startswith(f"{wrong} of 1,000 train rows ")


def test_people_give_different_scores(tmp_path: Path) -> None:
    overrides = file(tmp_path, 50, 100, "task.objective=regression")
    assert finding(overrides, CODE).severity.value == "note"


def test_the_same_label_twice_is_none(tmp_path: Path) -> None:
    rows = [(text, number % 2) for number, text in enumerate(texts(20))] * 2
    assert CODE not in codes(task(write_csv(tmp_path / "a.csv", rows)))


def test_two_answers_to_a_question_are_none(tmp_path: Path) -> None:
    rows = questions(4)
    other = {
        **rows[0],
        "id": "q-9",
        "answers": [{"text": "코스피", "answer_start": rows[0]["context"].index("코스피")}],
    }
    assert CODE not in codes(asking(write_json(tmp_path / "a.json", [*rows, other])))
