"""MODEL001: no folder, not in the cache, no name at all."""

from pathlib import Path

import pytest

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL001"


def example(tmp_path: Path) -> list[str]:
    """The network is off and the cache is empty."""
    return ["model=klue_bert"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    "checkpoint",
    [
        "/no/such/folder",
        "./no_such_folder",
        "'~/no_such_folder'",
        "klue/no-such-model",
        "a b c",
        "''",
        "a/b/c",
        "/etc/passwd",
    ],
)
def test_names_that_lead_nowhere(checkpoint: str) -> None:
    overrides = ["model=local", f"model.checkpoint={checkpoint}"]
    assert assert_only(overrides, CODE).keys[0].key == "model.checkpoint"
    assert_fixes_clear(overrides, CODE)
    assert_fixes_clear([f"model.checkpoint={checkpoint}", "model.revision=v1"], CODE)


def test_the_ways_out_are_named() -> None:
    notes = "\n".join(finding(["model=klue_bert", "model.revision=abc"], CODE).notes)
    assert "hf download klue/bert-base --revision abc" in notes
    assert "model=local model.checkpoint=DIR" in notes
    assert "model=tiny" in notes


def test_a_folder_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert codes(["model=local", f"model.checkpoint={folder}"]) == []
    monkeypatch.chdir(tmp_path)
    assert codes(["model=local", "model.checkpoint=checkpoint"]) == []
