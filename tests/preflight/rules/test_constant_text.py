"""DATA016: a column with one text."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, task, texts, write_csv, write_json

CODE = "DATA016"

PAIRED = ["task.objective=pair_classification", "task.columns.text_pair=other"]


def example(tmp_path: Path) -> list[str]:
    """The column of the source was taken for the text."""
    return task(write_csv(tmp_path / "a.csv", [("연합뉴스", number % 2) for number in range(20)]))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def pairs(folder: Path, rows: list[tuple[str, str]]) -> list[str]:
    lines = [(one, other, number % 2) for number, (one, other) in enumerate(rows)]
    return task(write_csv(folder / "p.csv", lines, "text,other,label"), *PAIRED)


def test_the_text_is_shown(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.message == "all 20 train rows have the text `연합뉴스`"


def test_one_side_of_a_pair_is_a_warning(tmp_path: Path) -> None:
    second = finding(pairs(tmp_path, [(text, "같다") for text in texts(9)]), CODE)
    assert (second.severity.value, second.keys[0].key) == ("warning", "task.columns.text_pair")
    first = finding(pairs(tmp_path, [("같다", text) for text in texts(9)]), CODE)
    assert (first.severity.value, first.keys[0].key) == ("warning", "task.columns.text")
    assert finding(pairs(tmp_path, [("같다", "다르다")] * 9), CODE).severity.value == "error"


def test_texts_that_differ_once_are_none(tmp_path: Path) -> None:
    rows = [("연합뉴스", number % 2) for number in range(20)] + [("뉴시스", 0)]
    assert CODE not in codes(task(write_csv(tmp_path / "a.csv", rows)))


def test_one_question_of_many_contexts_is_none(tmp_path: Path) -> None:
    rows = [{**row, "question": "무엇을 했나"} for row in questions(6)]
    assert CODE not in codes(asking(write_json(tmp_path / "a.json", rows)))
