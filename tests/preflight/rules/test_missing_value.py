"""CFG006: an open key must be given."""

from pathlib import Path

import pytest

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes

CODE = "CFG006"


def example(tmp_path: Path) -> list[str]:
    """model=local needs a folder."""
    return ["model=local"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_a_tokenizer_in_a_folder_needs_the_folder() -> None:
    assert assert_only(["tokenizer=local"], CODE).keys[0].key == "tokenizer.source"
    assert_fixes_clear(["tokenizer=local"], CODE)


@pytest.mark.parametrize("override", ["seed=???", "model.checkpoint=???", "task.files.train=???"])
def test_a_typed_gap_is_taken_back(override: str) -> None:
    assert_only([override], CODE)
    assert_fixes_clear([override], CODE)


@pytest.mark.parametrize("group", ["model", "tokenizer", "pooling", "task", "trainer", "tracking", "notify"])
def test_a_deleted_group_is_missed(group: str) -> None:
    assert CODE in codes([f"~{group}"])
    assert_fixes_clear([f"~{group}"], CODE)


def test_a_folder_that_is_given_passes(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert codes(["model=local", f"model.checkpoint={folder}"]) == []
