"""TOK006: a note where AutoTokenizer would read the same files otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from checkpoints import as_gpt2, as_roberta, as_xlnet, edit_json, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_only, codes, finding
from tasks import pair_task, span_task

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


def bare(tmp_path: Path, pre_tokenizer: str) -> list[str]:
    """A GPT-2 whose tokenizer has no template, of bytes or, as Korean ones are, of words."""
    folder = as_gpt2(tiny_copy(tmp_path / "gpt2"))

    def change(content: dict[str, Any]) -> None:
        content["post_processor"] = None
        content["pre_tokenizer"] = {"type": pre_tokenizer}
        if pre_tokenizer == "ByteLevel":
            content["pre_tokenizer"] |= {"add_prefix_space": False, "trim_offsets": True, "use_regex": True}

    edit_json(folder / "tokenizer.json", change)
    settings = {"tokenizer_class": "GPT2Tokenizer", "pad_token": "[PAD]", "eos_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return local(folder)


def test_a_gpt2_class_takes_any_vocabulary_as_bytes(tmp_path: Path) -> None:
    model = bare(tmp_path, "BertPreTokenizer")
    assert "byte-level BPE" in finding(model, CODE).message
    (tmp_path / "gpt2" / "tokenizer_config.json").unlink()
    assert "byte-level BPE" in finding(model, CODE).message, "the model's type names the class too"


def test_nothing_between_the_texts_of_a_pair(tmp_path: Path) -> None:
    model = bare(tmp_path, "ByteLevel")
    assert CODE not in codes(model)
    for task in (pair_task, span_task):
        found = finding([*model, *task(tmp_path)], CODE)
        assert "nothing between" in found.message
        assert "`[SEP]`" in found.notes[0]


def test_an_xlnet_class_takes_hangul_apart(tmp_path: Path) -> None:
    folder = as_xlnet(tiny_copy(tmp_path / "xlnet"))
    assert codes(local(folder)) == []
    edit_json(
        folder / "tokenizer_config.json", lambda content: content.update(tokenizer_class="XLNetTokenizer")
    )
    assert "Hangul" in finding(local(folder), CODE).message
    edit_json(folder / "tokenizer.json", lambda content: content.update(normalizer={"type": "NFKD"}))
    assert CODE not in codes(local(folder))


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gpt2", "xlnet"])
def test_transformers_does_differ_on_families_without_word_pieces(tmp_path: Path, family: str) -> None:
    from transformers import AutoTokenizer

    from families import write_family

    folder = write_family(tmp_path / "checkpoint", family)
    stock, ours = AutoTokenizer.from_pretrained(folder), build_tokenizer(folder)
    text = "전세사기 피해자 지원"
    if family == "xlnet":
        assert stock.unk_token_id in stock(text)["input_ids"]
        assert ours.id("unk") not in ours.encode_whole([text])[0].ids
    else:
        apart = [stock(part)["input_ids"] for part in (text, "다음 달부터")]
        assert stock(text, "다음 달부터")["input_ids"] == [*apart[0], *apart[1]]
        pair = ours.encode_whole([text], ["다음 달부터"])[0].ids
        assert pair == [*apart[0], ours.id("eos"), *apart[1], ours.id("eos")]


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
