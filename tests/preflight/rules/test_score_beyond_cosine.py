"""LABEL016: scores that no cosine reaches."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding, write_rows

CODE = "LABEL016"
ROWS = """a,b,label
비가 온다,눈이 온다,{low}
버스가 늦었다,버스가 제시간에 오지 않았다,4.5
회의가 취소됐다,회의는 열리지 않는다,4.0
고양이가 잔다,주가가 올랐다,0.5
"""


def example(tmp_path: Path, low: str = "1.5") -> list[str]:
    """Scores up to 4.5, and a cosine that stands for 1 at most."""
    path = write_rows(tmp_path / "pairs.csv", ROWS.format(low=low))
    return [
        "task=files", "task.objective=regression", f"task.files.train={path}", "task.columns.text=a",
        "task.columns.text_pair=b", "task.columns.label=label", "task.encoder=bi", "task.highest_score=1",
    ]  # fmt: skip


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("highest", ["null", "4.5", "5"])
def test_a_scale_that_holds_the_scores_is_fit(tmp_path: Path, highest: str) -> None:
    assert CODE not in codes([*example(tmp_path), f"task.highest_score={highest}"])


@pytest.mark.parametrize("highest", ["nan", "-5"])
def test_an_end_that_is_none_is_said_once(tmp_path: Path, highest: str) -> None:
    assert codes([*example(tmp_path), f"task.highest_score={highest}"]) == ["TRAIN001"]


def test_a_cross_encoder_has_no_end(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "task.encoder=cross"])


def test_scores_far_below_zero_need_another_encoder(tmp_path: Path) -> None:
    overrides = [*example(tmp_path, "-9"), "task.highest_score=null"]
    assert finding(overrides, CODE).fixes == [["task.encoder=cross"]]
    assert_fixes_clear(overrides, CODE)
