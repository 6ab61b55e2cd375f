"""TOK009: a tokenizer that is named apart from the model and cannot be had."""

from pathlib import Path

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TOK009"


def example(tmp_path: Path) -> list[str]:
    """A folder that is not there."""
    return ["tokenizer=local", f"tokenizer.source={tmp_path / 'nowhere'}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_a_folder_that_is_there(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert codes(["tokenizer=local", f"tokenizer.source={folder}"]) == []


def test_a_hub_id_out_of_reach() -> None:
    overrides = ["tokenizer=local", "tokenizer.source=someone/tokenizer"]
    assert "someone/tokenizer" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_a_wanted_crossing_has_to_be_fetched() -> None:
    overrides = ["model=klue_roberta_base", "tokenizer=klue_bert"]
    assert CODE not in codes(overrides)
    assert CODE in codes([*overrides, "tokenizer.allow_cross=true"])


def test_the_models_own_is_the_checkpoints_matter() -> None:
    assert codes(["model=klue_bert"]) == ["MODEL001"]
    assert finding(["model=klue_bert", "tokenizer=klue_roberta", "tokenizer.allow_cross=true"], CODE).fixes
