"""TOK004: files are compared where both are here, the catalogue where they are not."""

from pathlib import Path

from checkpoints import as_roberta, edit_json, local, tiny_copy, tokenizer_of, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TOK004"


def named(folder: Path) -> list[str]:
    """Overrides that name a tokenizer apart from the model."""
    return ["tokenizer=local", f"tokenizer.source={folder}"]


def example(tmp_path: Path) -> list[str]:
    """A RoBERTa with the special tokens permuted, as klue/roberta-*, and a BERT's tokenizer."""
    bert = tiny_copy(tmp_path / "bert")
    return [*local(as_roberta(tiny_copy(tmp_path / "roberta"))), *named(bert)]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_note_says_which_token_moved(tmp_path: Path) -> None:
    assert "[CLS] is 2 there and 0 here" in finding(example(tmp_path), CODE).notes[0]


def test_equal_special_ids_prove_nothing(tmp_path: Path) -> None:
    other = tokenizer_of(tiny_copy(tmp_path / "checkpoint"), tmp_path / "other")

    def swap(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        vocabulary["가"], vocabulary["나"] = vocabulary["나"], vocabulary["가"]

    edit_json(other / "tokenizer.json", swap)
    assert "[CLS]" not in assert_only(named(other), CODE).as_text()


def test_the_same_vocabulary_elsewhere_is_no_crossing(tmp_path: Path) -> None:
    copy = tokenizer_of(tiny_copy(tmp_path / "checkpoint"), tmp_path / "copy")
    assert codes(named(copy)) == []
    bare = vocab_txt_only(tiny_copy(tmp_path / "bare"))
    assert codes([*named(bare), "tokenizer.do_lower_case=false"]) == []


def test_a_wanted_crossing_is_a_warning(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "tokenizer.allow_cross=true"]
    assert assert_only(overrides, CODE).severity.value == "warning"
    assert_fixes_clear(overrides, CODE)


def test_fresh_weights_have_no_vocabulary_of_their_own(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "model.init=scratch"])


def test_the_catalogue_knows_without_files() -> None:
    overrides = ["model=klue_roberta_base", "tokenizer=klue_bert"]
    found = finding(overrides, CODE)
    assert found.severity.value == "error"
    assert "both have 32,000 entries, but [CLS] is 2 there and 0 here" in found.notes[0]
    assert "TOK009" not in codes(overrides), "a wrong tokenizer need not be fetched"
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes(["model=klue_roberta_base", "tokenizer=klue_roberta"])


def test_what_nobody_has_confirmed_only_warns() -> None:
    found = finding(["model=klue_roberta_large", "tokenizer=klue_bert"], CODE)
    assert found.severity.value == "warning"
    assert CODE not in codes(["model=klue_roberta_large", "tokenizer=klue_roberta"])
