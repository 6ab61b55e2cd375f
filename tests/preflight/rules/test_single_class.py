"""LABEL003: one class cannot be told apart."""

from pathlib import Path

from judging import HEADLINES, assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "LABEL003"


def example(tmp_path: Path) -> list[str]:
    """Every row is of the same topic."""
    text = HEADLINES.replace("스포츠", "경제").replace("정치", "경제")
    return files_task(write_rows(tmp_path / "train.csv", text))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_label_is_named(tmp_path: Path) -> None:
    assert finding(example(tmp_path), CODE).message == "all 4 train rows have the label `경제`"


def test_two_classes_and_equal_scores_pass(tmp_path: Path) -> None:
    assert CODE not in codes(files_task(write_rows(tmp_path / "a.csv", HEADLINES.replace("정치", "경제"))))
    path = write_rows(tmp_path / "b.csv", "text,label\n가 나,1\n다 라,1\n")
    assert CODE not in codes(files_task(path, "task.objective=regression"))
