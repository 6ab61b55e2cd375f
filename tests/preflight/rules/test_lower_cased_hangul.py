"""TOK002: lower-casing with accent stripping, which decomposes Hangul."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TOK002"


def example(tmp_path: Path) -> list[str]:
    """Only vocab.txt, so that nothing declares do_lower_case."""
    return local(vocab_txt_only(tiny_copy(tmp_path / "checkpoint")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_declared_lower_casing_fires_as_well(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    settings = folder / "tokenizer_config.json"
    edit_json(settings, lambda content: content.update(do_lower_case=True, strip_accents=None))
    assert "is declared" in finding(local(folder), CODE).notes[0]
    assert_fixes_clear(local(folder), CODE)


def test_lower_casing_that_keeps_accents_is_fine(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    settings = folder / "tokenizer_config.json"
    edit_json(settings, lambda content: content.update(do_lower_case=True, strip_accents=False))
    assert CODE not in codes(local(folder))
    assert CODE not in codes([*local(folder), "tokenizer.do_lower_case=true"])


def test_text_without_hangul_may_be_lower_cased(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.csv", "text,label\n" + "Seoul is big,a\nBusan is small,b\n" * 30)
    assert CODE not in codes([*example(tmp_path), *files_task(rows)])


@pytest.mark.slow
def test_transformers_gives_nothing_but_unk(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = Path(example(tmp_path)[1].partition("=")[2])
    stock = AutoTokenizer.from_pretrained(folder)
    ids = stock("전세사기 피해자 지원", add_special_tokens=False)["input_ids"]
    assert set(ids) == {stock.unk_token_id}
    ids = AutoTokenizer.from_pretrained(folder, do_lower_case=False)("전세사기", add_special_tokens=False)[
        "input_ids"
    ]
    assert stock.unk_token_id not in ids
