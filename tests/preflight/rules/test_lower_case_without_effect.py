"""TOK010: a switch that a tokenizer does not have is not turned in silence."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes
from sentencepieces import write_kobert

CODE = "TOK010"


def with_another_normalizer(folder: Path) -> Path:
    edit_json(folder / "tokenizer.json", lambda content: content.update(normalizer={"type": "NFC"}))
    return folder


def example(tmp_path: Path) -> list[str]:
    """A normalizer that is not BERT's."""
    folder = with_another_normalizer(tiny_copy(tmp_path / "checkpoint"))
    return ["model=local", f"model.checkpoint={folder}", "tokenizer.do_lower_case=true"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("value", ["false", "null"])
def test_what_the_tokenizer_does_anyway_is_fine(tmp_path: Path, value: str) -> None:
    folder = with_another_normalizer(tiny_copy(tmp_path / "checkpoint"))
    assert CODE not in codes(
        ["model=local", f"model.checkpoint={folder}", f"tokenizer.do_lower_case={value}"]
    )


def test_the_switch_of_koberts_sentencepiece_model_works(tmp_path: Path) -> None:
    overrides = local(write_kobert(tmp_path / "kobert"))
    assert CODE not in codes([*overrides, "tokenizer.do_lower_case=true"])


def test_the_switch_of_a_bert_vocabulary_works(tmp_path: Path) -> None:
    assert CODE not in codes(["tokenizer.do_lower_case=true"])
