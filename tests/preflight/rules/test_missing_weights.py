"""MODEL004: no safetensors weights in the folder."""

from pathlib import Path

import pytest

from checkpoints import in_shards, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL004"


def example(tmp_path: Path) -> list[str]:
    """The weights as a pickle only."""
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_a_pickle_is_named(tmp_path: Path) -> None:
    assert "pickle" in finding(example(tmp_path), CODE).message


def test_no_weights_at_all(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "model.safetensors").unlink()
    assert "no weights" in assert_only(local(folder), CODE).message


@pytest.mark.parametrize("sharded", [False, True])
def test_a_pickle_beside_safetensors_is_passed_over(tmp_path: Path, sharded: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    if sharded:
        in_shards(folder)
    assert codes(local(folder)) == []


def test_fresh_weights_need_no_file(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def test_what_the_hub_still_holds_is_not_missing() -> None:
    assert CODE not in codes(["model=klue_bert"])
