"""LEN005: windows that never move on."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, write_json

CODE = "LEN005"


def file(folder: Path, *more: str) -> list[str]:
    return asking(write_json(folder / "qa.json", questions(10)), *more)


def example(tmp_path: Path) -> list[str]:
    """The default in the small model's longest input."""
    return file(tmp_path, "task.doc_stride=128")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("stride", "fires"), [(60, False), (61, True), (0, False)])
def test_the_room_beside_a_question(tmp_path: Path, stride: int, fires: bool) -> None:
    overrides = file(tmp_path, f"task.doc_stride={stride}")
    assert (CODE in codes(overrides)) == fires
    if fires:
        assert "128 tokens leave 61 for the context, and windows share 61" in finding(overrides, CODE).message


def test_no_room_at_all(tmp_path: Path) -> None:
    overrides = file(tmp_path, "tokenizer.max_length=60", "task.doc_stride=0")
    assert "60 tokens leave 0 for the context" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_other_tasks_have_no_windows(tmp_path: Path) -> None:
    assert CODE not in codes(["task.doc_stride=500"])


def test_the_presets_windows_move_on_down_to_the_length_that_is_said() -> None:
    # 359 shared tokens, 64 of the question, 3 special ones, and one to move by.
    preset = ["experiment=klue_mrc", "model=klue_bert"]
    assert CODE not in codes(preset)
    assert CODE not in codes([*preset, "tokenizer.max_length=427"])
    assert CODE in codes([*preset, "tokenizer.max_length=426"])
