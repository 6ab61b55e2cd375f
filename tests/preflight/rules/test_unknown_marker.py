"""TOK014: punctuation that marks mentions and that the vocabulary lacks."""

import json
from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import relation_task

CODE = "TOK014"
PUNCTUATION = "task.markers=punctuation"


def without(tmp_path: Path, symbols: str) -> list[str]:
    """A vocabulary that lacks these symbols, and a relation task marked with punctuation."""
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        for symbol in symbols:
            vocabulary[f"<{symbol}>"] = vocabulary.pop(symbol)

    edit_json(folder / "tokenizer.json", rename)
    return [*local(folder), *relation_task(tmp_path, PUNCTUATION)]


def example(tmp_path: Path) -> list[str]:
    """No symbol tells the subject from the object."""
    return without(tmp_path, "@#")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert "does not know `@`, `#`," in found.message
    assert_fixes_clear(example(tmp_path / "again"), CODE)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()


@pytest.mark.parametrize(
    ("symbols", "severity"), [("@*#^", "error"), ("@", "warning"), ("*^", "warning"), ("#^", "warning")]
)
def test_one_outer_symbol_is_enough_to_tell_them_apart(tmp_path: Path, symbols: str, severity: str) -> None:
    found = finding(without(tmp_path, symbols), CODE)
    assert found.severity.value == severity
    assert all(f"`{symbol}`" in found.message for symbol in symbols)
    tokens = build_tokenizer(tmp_path / "checkpoint").backend.encode("가@나*다#라^마").tokens
    assert tokens.count("[UNK]") == len(symbols)


def test_a_vocabulary_that_knows_them(tmp_path: Path) -> None:
    assert CODE not in codes(relation_task(tmp_path, PUNCTUATION))


def test_symbols_that_the_run_adds(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "tokenizer.add_special_tokens=['@','#']"])


def test_other_markers_need_no_symbols(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    for markers in ("untyped", "typed"):
        assert CODE not in codes([*overrides, f"task.markers={markers}"])


def test_other_tasks_have_no_markers(tmp_path: Path) -> None:
    model = without(tmp_path, "@#")[:2]
    assert CODE not in codes([*model, PUNCTUATION])


def test_bytes_are_never_unknown(tmp_path: Path) -> None:
    from checkpoints import english_bpe

    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    content = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    assert "@" in content, "a byte"
    assert CODE not in codes([*local(folder), *relation_task(tmp_path, PUNCTUATION)])
