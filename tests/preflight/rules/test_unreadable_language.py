"""TOK003: [UNK] for words, or several tokens for each character."""

import json
import unicodedata
from pathlib import Path

import pytest

from checkpoints import edit_json, english_bpe, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import PROBES, tokens_per_character, unknown_share
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows
from tasks import relation_task

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
        {"text": f"{unicodedata.normalize(form, PROBES[index % 4])} {index}", "label": "ab"[index % 2]}
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
    lines = [f"the river is high {day},a\nthe price went up {day},b\n" for day in range(30)]
    rows = write_rows(tmp_path / "rows.csv", "".join(["text,label\n", *lines]))
    assert codes([*example(tmp_path), *files_task(rows)]) == []


def test_a_word_vocabulary_is_judged_by_unk(tmp_path: Path) -> None:
    overrides = local(without_hangul(tiny_copy(tmp_path / "checkpoint")))
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert "[UNK]" in found.message


def test_some_unk_warns_less_is_noted_and_little_is_fine(tmp_path: Path) -> None:
    some = files_task(korean_rows(tmp_path / "some.jsonl", foreign=16))
    assert finding(some, CODE).severity.value == "warning"
    fewer = files_task(korean_rows(tmp_path / "fewer.jsonl", foreign=8))
    assert finding(fewer, CODE).severity.value == "note"
    assert "`ሰላም`" in finding(fewer, CODE).notes[0]
    assert_fixes_clear(fewer, CODE)
    assert CODE not in codes(files_task(korean_rows(tmp_path / "few.jsonl", foreign=1)))


def test_decomposed_text_is_named_as_such(tmp_path: Path) -> None:
    overrides = files_task(korean_rows(tmp_path / "rows.jsonl", "NFD"))
    assert "NFD" in assert_only(overrides, CODE).message
    assert CODE not in codes(files_task(korean_rows(tmp_path / "composed.jsonl")))


def test_decomposed_text_is_not_blamed_for_an_english_vocabulary(tmp_path: Path) -> None:
    rows = korean_rows(tmp_path / "rows.jsonl", "NFD")
    assert "NFD" not in finding([*example(tmp_path), *files_task(rows)], CODE).message


@pytest.mark.parametrize("model", ["bert_base_cased", "roberta_base", "modernbert"])
@pytest.mark.parametrize("task", ["klue_ynat", "sample_topic"])
def test_an_english_vocabulary_is_known_without_files(model: str, task: str) -> None:
    found = finding([f"model={model}", f"task={task}"], CODE)
    assert found.severity.value == "error"
    assert "by the catalogue" in found.notes[0]
    assert_fixes_clear([f"model={model}", f"task={task}"], CODE)
    assert CODE not in codes(["model=mbert", f"task={task}"])


def test_an_english_vocabulary_may_read_english(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "en.csv", "text,label\nrates held,economy\nhome run,sports\n")
    assert CODE not in codes(["model=roberta_base", *files_task(rows)])


def test_without_rows_a_few_sentences_are_read(tmp_path: Path) -> None:
    overrides = [*local(without_hangul(tiny_copy(tmp_path / "checkpoint"))), "task=klue_ynat"]
    assert "a few Korean sentences" in finding(overrides, CODE).message
    assert CODE not in codes([*overrides, "preflight.ignore=[TOK003]"])


def test_marks_that_are_unknown_are_not_the_language(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        vocabulary["<at>"], vocabulary["<hash>"] = vocabulary.pop("@"), vocabulary.pop("#")

    edit_json(folder / "tokenizer.json", rename)
    marked = relation_task(tmp_path, "task.markers=punctuation")
    assert CODE not in codes([*local(folder), *marked])
    english = english_bpe(tiny_copy(tmp_path / "english"))
    assert "40 sampled texts" in finding([*local(english), *marked], CODE).message
