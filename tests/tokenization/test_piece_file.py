"""Sentencepiece files that give no tokenizer, and why."""

from pathlib import Path
from typing import Any

import pytest

from checkpoints import as_lfs_pointer
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import NoTokenizer
from sentencepieces import MODEL_NAME, kobert_model, learn, stock, write_kobert_tokenizer, write_model


def refusal(folder: Path) -> str:
    """Why a folder gives no tokenizer."""
    with pytest.raises(NoTokenizer) as caught:
        build_tokenizer(folder)
    return str(caught.value.why)


def test_a_model_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert")
    whole = kobert_model()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        (folder / "spiece.model").write_bytes(whole[:size])
        assert refusal(folder) == "`spiece.model` is cut off, or no sentencepiece model"


@pytest.mark.parametrize("content", [b"{}", b"\0" * 100, "아무 글".encode() * 50])
def test_another_file_is_no_model(tmp_path: Path, content: bytes) -> None:
    folder = write_model(tmp_path / "folder", content, "spm.model", tokenizer_class="DebertaV2Tokenizer")
    assert refusal(folder) == "`spm.model` is cut off, or no sentencepiece model"


def test_a_pointer_is_no_model(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert")
    as_lfs_pointer(folder / "spiece.model")
    assert "Git LFS pointer" in refusal(folder)


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ({"model_type": "char", "vocab_size": 500}, "of the kind char"),
        ({"model_type": "word", "vocab_size": 500}, "of the kind word"),
        ({"treat_whitespace_as_suffix": True}, "marks the space behind a word"),
    ],
)
def test_a_model_of_another_kind_is_refused(tmp_path: Path, flags: dict[str, Any], why: str) -> None:
    assert why in refusal(write_model(tmp_path / "folder", learn(**flags), "tokenizer.model"))


@pytest.mark.parametrize("declared", ["CamembertTokenizer", "T5TokenizerFast"])
def test_a_class_with_a_numbering_of_its_own_is_refused(tmp_path: Path, declared: str) -> None:
    folder = write_model(tmp_path / "folder", learn(), "spiece.model", tokenizer_class=declared)
    why = refusal(folder)
    assert f"how `{declared.removesuffix('Fast')}` numbers the pieces of `spiece.model` is not known" in why
    # What it advises helps.
    stock(folder).save_pretrained(folder)
    assert build_tokenizer(folder).length == len(stock(folder))


def test_pieces_without_their_model_are_no_word_pieces(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", "monologg")
    (folder / MODEL_NAME).unlink()
    assert "the model itself is missing" in refusal(folder)


def test_a_model_without_the_vocab_txt_that_numbers_it_is_refused(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", "monologg")
    (folder / "vocab.txt").unlink()
    assert "by a vocab.txt, and there is none" in refusal(folder)


def test_a_vocab_txt_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", "monologg")
    (folder / MODEL_NAME).write_bytes(learn(vocab_size=1900))
    assert "so it belongs to another model" in refusal(folder)


def test_a_vocab_txt_without_an_unknown_token_is_refused(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", "monologg")
    text = (folder / "vocab.txt").read_text(encoding="utf-8")
    (folder / "vocab.txt").write_text(text.replace("[UNK]\n", "[unused]\n"), encoding="utf-8")
    assert refusal(folder) == "`vocab.txt` has no `[UNK]`"
