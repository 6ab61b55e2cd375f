"""TOK017: a note where the files ask for padding on the left."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy, tokenizer_of
from judging import assert_only, codes

CODE = "TOK017"


def padded(folder: Path, side: str) -> Path:
    """A checkpoint whose tokenizer_config.json declares a side."""
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(padding_side=side))
    return folder


def example(tmp_path: Path) -> list[str]:
    """A checkpoint whose tokenizer pads on the left."""
    return local(padded(tiny_copy(tmp_path / "checkpoint"), "left"))


def test_the_example_gives_a_note_and_nothing_else(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert str(tmp_path / "checkpoint" / "tokenizer_config.json") in found.message
    assert codes(overrides) == [CODE]
    assert codes([*overrides, f"preflight.ignore=[{CODE}]"]) == []


def test_the_right_side_and_none_need_no_note(tmp_path: Path) -> None:
    assert codes(local(padded(tiny_copy(tmp_path / "checkpoint"), "right"))) == []
    assert codes([]) == []


def test_the_tokenizer_that_is_used_counts(tmp_path: Path) -> None:
    copy = tokenizer_of(padded(tiny_copy(tmp_path / "checkpoint"), "left"), tmp_path / "tokenizer")
    assert codes(["tokenizer=local", f"tokenizer.source={copy}"]) == [CODE]


@pytest.mark.slow
def test_transformers_pads_on_the_left_and_haechi_does_not(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from haechi.data.collate import Collator

    folder = Path(example(tmp_path)[1].partition("=")[2])
    texts = ["가", "가 나 다"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer(texts, padding=True)["attention_mask"][0] == [0, 0, 1, 1, 1]
    rows = [{"input_ids": tokenizer(text)["input_ids"]} for text in texts]
    assert Collator(0)(rows)["attention_mask"][0].tolist() == [1, 1, 1, 0, 0]
