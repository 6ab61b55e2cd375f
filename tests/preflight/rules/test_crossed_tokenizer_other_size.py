"""TOK005: another vocabulary with more or fewer entries."""

from pathlib import Path

from checkpoints import local, tiny_copy, tokenizer_of, vocab_txt_only
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TOK005"


def example(tmp_path: Path) -> list[str]:
    """A tokenizer with ten entries fewer."""
    folder = tokenizer_of(vocab_txt_only(tiny_copy(tmp_path / "checkpoint")), tmp_path / "smaller")
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "vocab.txt").write_text("".join(lines[:-10]), encoding="utf-8")
    return ["tokenizer=local", f"tokenizer.source={folder}", "tokenizer.do_lower_case=false"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_a_wanted_crossing_is_a_warning(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "tokenizer.allow_cross=true"]
    assert assert_only(overrides, CODE).severity.value == "warning"
    assert_fixes_clear(overrides, CODE)


def test_fresh_weights_have_no_vocabulary_of_their_own(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def test_naming_the_models_own_folder_is_no_crossing(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert codes([*local(folder), "tokenizer=local", f"tokenizer.source={folder}"]) == []


def test_the_catalogue_knows_without_files() -> None:
    overrides = ["model=klue_bert", "tokenizer=kcbert"]
    assert "30,000 entries there, 32,000 here" in finding(overrides, CODE).notes[0]
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes(["model=kcbert", "tokenizer=kcbert"])
