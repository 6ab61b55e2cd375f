"""CFG013: a bi-encoder needs pairs and scores."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding, write_rows

CODE = "CFG013"
PAIRS = """a,b,label
비가 온다,눈이 온다,1.5
버스가 늦었다,버스가 제시간에 오지 않았다,4.5
회의가 취소됐다,회의는 열리지 않는다,4.0
고양이가 잔다,주가가 올랐다,0.0
"""


def scores(tmp_path: Path, *more: str) -> list[str]:
    path = write_rows(tmp_path / "pairs.csv", PAIRS)
    return [
        "task=files", "task.objective=regression", f"task.files.train={path}", "task.columns.text=a",
        "task.columns.text_pair=b", "task.columns.label=label", *more,
    ]  # fmt: skip


def example(tmp_path: Path) -> list[str]:
    """The default task has classes."""
    return ["task.encoder=bi"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_scores_of_pairs_are_what_it_is_for(tmp_path: Path) -> None:
    assert CODE not in codes(scores(tmp_path, "task.encoder=bi"))


def test_scores_of_single_texts_are_refused(tmp_path: Path) -> None:
    overrides = scores(tmp_path, "task.encoder=bi", "task.columns.text_pair=null")
    assert "one text a row" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("task", ["klue_nli", "klue_re", "klue_ner", "klue_mrc"])
def test_other_objectives_are_refused(task: str) -> None:
    assert CODE in codes([f"task={task}", "task.encoder=bi"])
