"""TOK006: a note where AutoTokenizer would read the same files otherwise."""

from pathlib import Path

import pytest

from checkpoints import as_roberta, edit_json, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_only, codes, finding

CODE = "TOK006"


def example(tmp_path: Path) -> list[str]:
    """A tokenizer.json that keeps case, and a tokenizer_config.json that does not say so."""
    folder = tiny_copy(tmp_path / "checkpoint")

    def forget(content: dict[str, object]) -> None:
        del content["do_lower_case"], content["strip_accents"]

    edit_json(folder / "tokenizer_config.json", forget)
    return local(folder)


def test_the_example_gives_a_note_and_nothing_else(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "note"
    assert codes(example(tmp_path / "again")) == [CODE]
    assert CODE not in codes([*example(tmp_path / "ignored"), f"preflight.ignore=[{CODE}]"])


def test_files_that_declare_everything_need_no_note() -> None:
    assert codes(["model=tiny"]) == []


def test_segment_ids_of_pairs_are_compared(tmp_path: Path) -> None:
    assert "segment id 1" in finding(local(as_roberta(tiny_copy(tmp_path / "roberta"))), CODE).message


def test_word_pieces_under_a_roberta_class(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    edit_json(
        folder / "tokenizer_config.json", lambda content: content.update(tokenizer_class="RobertaTokenizer")
    )
    found = finding(local(folder), CODE)
    assert "byte-level BPE" in found.message
    assert codes(local(folder)) == [CODE]


@pytest.mark.slow
def test_transformers_does_differ(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    text = "전세사기 피해자 지원"
    folder = Path(example(tmp_path)[1].partition("=")[2])
    stock = AutoTokenizer.from_pretrained(folder)
    assert set(stock(text, add_special_tokens=False)["input_ids"]) == {stock.unk_token_id}
    assert build_tokenizer(folder).id("unk") not in build_tokenizer(folder).encode_whole([text])[0].ids

    roberta = as_roberta(tiny_copy(tmp_path / "roberta"))
    assert max(AutoTokenizer.from_pretrained(roberta)("가", "나")["token_type_ids"]) == 1
    assert build_tokenizer(roberta).max_token_type_id == 0
