"""TOK003: [UNK] for words, or several tokens for each character."""

import json
import unicodedata
from pathlib import Path

from checkpoints import edit_json, english_bpe, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import PROBES, tokens_per_character, unknown_share
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TOK003"


def example(tmp_path: Path) -> list[str]:
    """Korean headlines and an English byte-level BPE."""
    return local(english_bpe(tiny_copy(tmp_path / "checkpoint")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def without_hangul(folder: Path) -> Path:
    """Rename every Hangul piece, as if the vocabulary were English."""

    def change(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        content["model"]["vocab"] = {
            token if token.isascii() else f"piece{index}": index for token, index in vocabulary.items()
        }

    edit_json(folder / "tokenizer.json", change)
    return folder


def korean_rows(path: Path, form: str = "NFC", foreign: int = 0) -> Path:
    """A hundred rows, some of them with words of a script that tiny does not know."""
    rows = [
        {"text": unicodedata.normalize(form, PROBES[index % 4]), "label": "ab"[index % 2]}
        for index in range(100)
    ]
    for row in rows[:foreign]:
        row["text"] = "ሰላም ዓለም ሰላም ዓለም ሰላም ዓለም ሰላም ዓለም"
    return write_rows(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def test_byte_level_bpe_is_judged_by_tokens_a_character(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    tokenizer = build_tokenizer(tmp_path / "checkpoint")
    assert unknown_share(tokenizer, PROBES) == 0.0
    assert tokens_per_character(tokenizer, PROBES) > 1.2
    assert "costs" in finding(overrides, CODE).message


def test_english_text_suits_an_english_vocabulary(tmp_path: Path) -> None:
    rows = write_rows(
        tmp_path / "rows.csv", "text,label\n" + "the river is high,a\nthe price went up,b\n" * 30
    )
    assert codes([*example(tmp_path), *files_task(rows)]) == []


def test_a_word_vocabulary_is_judged_by_unk(tmp_path: Path) -> None:
    overrides = local(without_hangul(tiny_copy(tmp_path / "checkpoint")))
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "[UNK]" in found.message


def test_a_little_unk_warns_and_less_is_fine(tmp_path: Path) -> None:
    some = files_task(korean_rows(tmp_path / "some.jsonl", foreign=8))
    assert finding(some, CODE).severity.value == "warning"
    assert CODE not in codes(files_task(korean_rows(tmp_path / "few.jsonl", foreign=1)))


def test_decomposed_text_is_named_as_such(tmp_path: Path) -> None:
    overrides = files_task(korean_rows(tmp_path / "rows.jsonl", "NFD"))
    assert "NFD" in assert_only(overrides, CODE).message
    assert CODE not in codes(files_task(korean_rows(tmp_path / "composed.jsonl")))


def test_decomposed_text_is_not_blamed_for_an_english_vocabulary(tmp_path: Path) -> None:
    rows = korean_rows(tmp_path / "rows.jsonl", "NFD")
    assert "NFD" not in finding([*example(tmp_path), *files_task(rows)], CODE).message


def test_without_rows_a_few_sentences_are_read(tmp_path: Path) -> None:
    overrides = [*local(without_hangul(tiny_copy(tmp_path / "checkpoint"))), "task=klue_ynat"]
    assert "a few Korean sentences" in finding(overrides, CODE).message
    assert CODE not in codes([*overrides, "preflight.ignore=[TOK003]"])
