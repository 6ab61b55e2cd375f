"""MODEL004: no weights in the folder."""

from pathlib import Path

import pytest

from checkpoints import in_shards, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes

CODE = "MODEL004"


def example(tmp_path: Path) -> list[str]:
    """A folder with everything but the weights."""
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "model.safetensors").unlink()
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert "no weights" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_a_pickle_is_another_matter(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    (tmp_path / "checkpoint" / "pytorch_model.bin").write_bytes(b"pickle")
    assert CODE not in codes(overrides)


@pytest.mark.parametrize("sharded", [False, True])
def test_weights_in_any_layout(tmp_path: Path, sharded: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    if sharded:
        in_shards(folder)
    assert codes(local(folder)) == []


def test_fresh_weights_need_no_file(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def test_what_the_hub_still_holds_is_not_missing() -> None:
    assert CODE not in codes(["model=klue_bert"])
