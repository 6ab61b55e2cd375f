"""TOK008: segment id 1 for the second text, and a model with one segment row."""

from pathlib import Path

import pytest

from checkpoints import as_roberta, edit_json, local, tiny_copy, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import pair_task, span_task

CODE = "TOK008"


def one_row(tmp_path: Path) -> list[str]:
    """A RoBERTa of one segment row with a vocab.txt, whose template gives 1 to the second text."""
    folder = vocab_txt_only(as_roberta(tiny_copy(tmp_path / "roberta")))
    return [*local(folder), "tokenizer.do_lower_case=false"]


def example(tmp_path: Path) -> list[str]:
    """Pairs for a RoBERTa of one segment row."""
    return [*one_row(tmp_path), *pair_task(tmp_path)]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_single_texts_have_segment_0_only(tmp_path: Path) -> None:
    assert codes(one_row(tmp_path)) == []


def test_two_rows_take_pairs(tmp_path: Path) -> None:
    assert codes(pair_task(tmp_path)) == []


def test_a_template_of_zeros_suits_one_row(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    assert CODE not in codes([*local(folder), *pair_task(tmp_path)])


def test_more_than_two_segments(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def third(content: dict[str, dict[str, list[dict[str, dict[str, object]]]]]) -> None:
        content["post_processor"]["pair"][-1]["SpecialToken"]["type_id"] = 2

    edit_json(folder / "tokenizer.json", third)
    assert (
        "up to 2, and the model has 2 segment rows"
        in finding([*local(folder), *pair_task(tmp_path)], CODE).message
    )


def test_from_scratch_the_table_may_have_another_size(tmp_path: Path) -> None:
    scratch = [*example(tmp_path), "model.init=scratch"]
    assert CODE in codes(scratch)
    assert CODE not in codes([*scratch, "+model.config.type_vocab_size=2"])


def test_the_catalogue_knows_without_files() -> None:
    overrides = ["model=klue_roberta_base", "tokenizer=klue_bert", "task=klue_nli"]
    assert CODE in codes(overrides)
    assert CODE not in codes(["model=klue_roberta_base", "task=klue_nli"])


@pytest.mark.slow
def test_the_lookup_does_fail(tmp_path: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    folder = Path(one_row(tmp_path)[1].partition("=")[2])
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    tokenizer = AutoTokenizer.from_pretrained(folder, do_lower_case=False)
    model(**tokenizer("비가 온다", return_tensors="pt"))
    inputs = tokenizer("비가 온다", "날이 흐리다", return_tensors="pt")
    with pytest.raises(IndexError):
        model(**inputs)
    del inputs["token_type_ids"]
    model(**inputs)


def test_a_context_is_a_second_text_too(tmp_path: Path) -> None:
    overrides = [*one_row(tmp_path), *span_task(tmp_path)]
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)
