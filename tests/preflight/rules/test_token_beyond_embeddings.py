"""VOC001: ids that the embedding table has no row for."""

import json
from pathlib import Path

import numpy as np
import pytest

from checkpoints import edit_json, edit_weights, local, tiny_copy, vocab_txt_only
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "VOC001"


def example(tmp_path: Path) -> list[str]:
    """An added_tokens.json that the model was never resized for."""
    folder = tiny_copy(tmp_path / "checkpoint")
    rows = build_tokenizer(folder).length
    (folder / "added_tokens.json").write_text(json.dumps({"[E1]": rows, "[/E1]": rows + 1}), encoding="utf-8")
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def with_rows(folder: Path, more: int) -> Path:
    """Change the number of embedding rows, in the weights and in config.json."""

    def change(tensors: dict[str, np.ndarray]) -> None:
        name = "embeddings.word_embeddings.weight"
        table = tensors[name]
        tensors[name] = np.vstack([table, table])[: len(table) + more].copy()

    edit_weights(folder, change)
    edit_json(folder / "config.json", lambda content: content.update(vocab_size=content["vocab_size"] + more))
    return folder


@pytest.mark.parametrize(("more", "fires"), [(-1, True), (0, False), (100, False)])
def test_rows_are_compared_with_the_largest_id(tmp_path: Path, more: int, fires: bool) -> None:
    folder = with_rows(tiny_copy(tmp_path / "checkpoint"), more)
    assert codes(local(folder)) == ([CODE] if fires else [])


def test_rows_of_config_json_count_while_the_weights_are_not_here(tmp_path: Path) -> None:
    folder = with_rows(tiny_copy(tmp_path / "checkpoint"), -1)
    (folder / "model.safetensors").unlink()
    assert CODE in codes(local(folder))


def test_added_tokens_that_have_rows_are_fine(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    with_rows(tmp_path / "checkpoint", 2)
    assert codes(overrides) == []


def test_the_note_names_the_tokens(tmp_path: Path) -> None:
    assert "2 tokens lie beyond: `[E1]`" in finding(example(tmp_path), CODE).notes[0]


def test_tokens_of_the_run_get_rows_of_their_own() -> None:
    assert CODE not in codes(["tokenizer.new_tokens=resize", "tokenizer.add_tokens=['새말','헌말']"])


def test_fresh_weights_have_room(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def test_vocab_txt_only(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("하나더\n")
    overrides = [*local(folder), "tokenizer.do_lower_case=false"]
    assert_only(overrides, CODE)
