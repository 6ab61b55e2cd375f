"""TOK007: a special token that is declared and not in the vocabulary, or no padding token."""

import json
from pathlib import Path

import pytest

from checkpoints import as_gpt2, edit_json, english_bpe, local, tiny_copy, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TOK007"


def example(tmp_path: Path) -> list[str]:
    """special_tokens_map.json names a padding token of another family."""
    return renamed(tmp_path, "pad", "<pad>")


def renamed(tmp_path: Path, role: str, token: str) -> list[str]:
    """A checkpoint whose special_tokens_map.json gives a role another token."""
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "special_tokens_map.json").write_text(json.dumps({f"{role}_token": token}), encoding="utf-8")
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("role", ["unk", "cls", "sep", "mask"])
def test_every_role_is_looked_up(tmp_path: Path, role: str) -> None:
    found = assert_only(renamed(tmp_path, role, f"<{role}-token>"), CODE)
    assert f"the {role} token" in found.message


def test_an_unknown_token_that_is_not_there_stops_no_rule(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    (folder / "special_tokens_map.json").write_text('{"unk_token": "<unk>"}', encoding="utf-8")
    assert_only([*local(folder), "tokenizer.do_lower_case=false"], CODE)


def test_another_entry_of_the_vocabulary_may_take_a_role(tmp_path: Path) -> None:
    assert codes(renamed(tmp_path, "mask", "[unused0]")) == []


def test_a_vocabulary_without_the_default_mask_is_fine(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    text = (folder / "vocab.txt").read_text(encoding="utf-8")
    (folder / "vocab.txt").write_text(text.replace("[MASK]", "[unused99]"), encoding="utf-8")
    assert codes([*local(folder), "tokenizer.do_lower_case=false"]) == []


def test_no_padding_token_at_all(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    assert "no padding token" in assert_only(local(folder), CODE).message
    edit_json(
        folder / "tokenizer_config.json", lambda content: content.update(pad_token={"content": "[PAD]"})
    )
    assert codes(local(folder)) == []


def test_a_gpt2_needs_no_padding_token(tmp_path: Path) -> None:
    folder = as_gpt2(tiny_copy(tmp_path / "checkpoint"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    found = finding(local(folder), CODE)
    assert found.severity.value == "note"
    assert "`[SEP]` fills" in found.message
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"pad_token": "[PAD]"}))
    assert codes(local(folder)) == []
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"pad_token": "<pad>"}))
    assert finding(local(folder), CODE).severity.value == "error", "a name that nothing has is a mistake"


def test_the_names_that_a_class_takes_by_default_need_no_file(tmp_path: Path) -> None:
    from haechi.tokenization.build import build_tokenizer

    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    build_tokenizer(folder).backend.save(str(folder / "tokenizer.json"))
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()
    lines = [f"the river is high {day},a\nthe price went up {day},b\n" for day in range(30)]
    rows = write_rows(tmp_path / "rows.csv", "".join(["text,label\n", *lines]))
    for model_type in ("roberta", "xlm-roberta"):
        edit_json(folder / "config.json", lambda content, name=model_type: content.update(model_type=name))
        assert codes([*local(folder), *files_task(rows)]) == []


def test_the_fix_of_a_named_tokenizer_is_the_models_own(tmp_path: Path) -> None:
    source = example(tmp_path)[1].partition("=")[2]
    overrides = ["tokenizer=local", f"tokenizer.source={source}"]
    assert finding(overrides, CODE).fixes[0][0] == "tokenizer=auto"
    assert_fixes_clear(overrides, CODE)
