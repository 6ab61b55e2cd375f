"""DATA013: NFD where the tokenizer does not compose it."""

import unicodedata
from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding
from sentencepieces import write_kobert
from tasks import task, texts, write_csv

CODE = "DATA013"


def file(folder: Path, apart: int, count: int = 200) -> Path:
    lines = [
        unicodedata.normalize("NFD", text) if at < apart else text for at, text in enumerate(texts(count))
    ]
    return write_csv(folder / "rows.csv", [(line, at % 2) for at, line in enumerate(lines)])


def example(tmp_path: Path) -> list[str]:
    """Two of two hundred texts come from a Mac."""
    return task(file(tmp_path, 2))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_count_and_the_first_rows(tmp_path: Path) -> None:
    found = finding(task(file(tmp_path, 2)), CODE)
    assert found.message.startswith("2 of 200 train rows")
    assert found.notes[0] == f"row 1, 2 of {tmp_path / 'rows.csv'}"


def test_a_tokenizer_that_composes_makes_it_a_note(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def compose(content: dict) -> None:
        content["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "NFC"}, content["normalizer"]]}

    edit_json(folder / "tokenizer.json", compose)
    found = finding([*task(file(tmp_path, 2)), *local(folder)], CODE)
    assert found.severity.value == "note"
    assert "nothing is lost" in found.notes[1]


def test_a_bare_sentencepiece_model_composes(tmp_path: Path) -> None:
    folder = write_kobert(tmp_path / "kobert")
    assert finding([*task(file(tmp_path, 2)), *local(folder)], CODE).severity.value == "note"


def test_where_all_is_apart_the_tokenizers_rule_says_so(tmp_path: Path) -> None:
    found = codes(task(file(tmp_path, 200)))
    assert "TOK003" in found
    assert CODE not in found


@pytest.mark.parametrize("text", ["ㅋㅋㅋ 각하", "李明博", "café"])
def test_composed_texts_are_none(tmp_path: Path, text: str) -> None:
    rows = [(f"{text} {at}", at % 2) for at in range(10)]
    assert CODE not in codes(task(write_csv(tmp_path / "a.csv", rows)))
