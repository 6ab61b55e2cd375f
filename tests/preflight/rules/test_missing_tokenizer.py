"""TOK001: no vocabulary, one that cannot be read, or one of a handful of entries."""

from pathlib import Path

import pytest

from checkpoints import as_lfs_pointer, local, tiny_copy, tokenizer_of, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes
from sentencepieces import MODEL_NAME, write_kobert

CODE = "TOK001"


def example(tmp_path: Path) -> list[str]:
    """config.json and the weights, and nothing else."""
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_a_named_tokenizer_takes_the_place_of_the_missing_one(tmp_path: Path) -> None:
    source = tokenizer_of(tiny_copy(tmp_path / "other"), tmp_path / "tokenizer")
    named = ["tokenizer=local", f"tokenizer.source={source}"]
    assert codes([*example(tmp_path), *named]) == []


def test_the_named_folder_may_lack_one_too(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    overrides = ["tokenizer=local", f"tokenizer.source={tmp_path / 'empty'}"]
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_vocab_txt_is_a_tokenizer(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    assert codes([*local(folder), "tokenizer.do_lower_case=false"]) == []


def test_five_entries_are_no_vocabulary(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", encoding="utf-8")
    assert "5 entries" in assert_only(local(folder), CODE).message


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", "added_tokens.json"])
def test_a_broken_file_is_named_in_one_finding(tmp_path: Path, name: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / name).write_text('{"version": ', encoding="utf-8")
    assert_only(local(folder), CODE)


@pytest.mark.parametrize("name", ["tokenizer.json", "vocab.txt"])
def test_a_pointer_is_no_vocabulary(tmp_path: Path, name: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    if name == "vocab.txt":
        vocab_txt_only(folder)
    as_lfs_pointer(folder / name)
    assert_only(local(folder), CODE)


def test_a_bare_sentencepiece_model_is_a_tokenizer(tmp_path: Path) -> None:
    assert CODE not in codes(local(write_kobert(tmp_path / "kobert")))


def test_a_sentencepiece_model_that_is_cut_off_is_named(tmp_path: Path) -> None:
    folder = write_kobert(tmp_path / "kobert")
    content = (folder / "spiece.model").read_bytes()
    (folder / "spiece.model").write_bytes(content[: len(content) // 2])
    assert "`spiece.model` is cut off" in assert_only(local(folder), CODE).message
    assert_fixes_clear(local(folder), CODE)


def test_pieces_without_their_model_are_no_vocabulary(tmp_path: Path) -> None:
    folder = write_kobert(tmp_path / "kobert", "monologg")
    (folder / MODEL_NAME).unlink()
    found = assert_only(local(folder), CODE)
    assert "the pieces of a sentencepiece model" in found.message


@pytest.mark.slow
def test_transformers_makes_up_five_tokens(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = Path(example(tmp_path)[1].partition("=")[2])
    assert len(AutoTokenizer.from_pretrained(folder)) == 5
