"""TOK018: a note where the files name a shorter length than `tokenizer.max_length`."""

import json
from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy, with_positions
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TOK018"


def limited(tmp_path: Path, limit: object) -> list[str]:
    """A checkpoint of 512 positions whose tokenizer declares a limit."""
    folder = with_positions(tiny_copy(tmp_path / "checkpoint"), 512)
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(model_max_length=limit))
    return local(folder)


def example(tmp_path: Path) -> list[str]:
    """Twice the declared length."""
    return [*limited(tmp_path, 128), "tokenizer.max_length=256"]


def test_the_example_gives_a_note_and_its_fix_clears_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert found.fixes == [["tokenizer.max_length=128"]]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("length", "fires"), [(128, False), (129, True), (512, True)])
def test_the_limit_itself_is_fine(tmp_path: Path, length: int, fires: bool) -> None:
    overrides = [*limited(tmp_path, 128), f"tokenizer.max_length={length}"]
    assert (CODE in codes(overrides)) == fires


@pytest.mark.parametrize("limit", [1e30, 10**30, None, "512"])
def test_what_is_no_length(tmp_path: Path, limit: object) -> None:
    assert CODE not in codes([*limited(tmp_path, limit), "tokenizer.max_length=512"])


def test_beyond_the_positions_is_another_rules_matter(tmp_path: Path) -> None:
    assert codes([*limited(tmp_path, 128), "tokenizer.max_length=513"]) == ["POS001"]


def test_a_sentence_encoder_names_its_length_elsewhere(tmp_path: Path) -> None:
    overrides = [*limited(tmp_path, 512), "tokenizer.max_length=256"]
    assert CODE not in codes(overrides)
    settings = json.dumps({"max_seq_length": 128, "do_lower_case": False})
    (tmp_path / "checkpoint" / "sentence_bert_config.json").write_text(settings, encoding="utf-8")
    assert "`max_seq_length` in sentence_bert_config.json" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_from_scratch_nothing_was_trained(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "model.init=scratch"])
