"""LABEL015: tags that no token carries, against a count of offsets."""

from pathlib import Path

import pytest

from checkpoints import tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import tagged, tagging, write_json

CODE = "LABEL015"


def blurring(folder: Path, blurred: int, count: int = 40) -> list[str]:
    """Rows in which a word of one token belongs to an entity by half."""
    rows = tagged(count)
    for row in rows[:blurred]:
        row["label"][1] = "O"
    return tagging(write_json(folder / "ner.json", rows))


def example(tmp_path: Path) -> list[str]:
    """An entity ends within a token in every row."""
    return blurring(tmp_path, 40)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_word_is_one_token(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "tiny"))
    (encoding,) = tokenizer.encode_whole_with_offsets(["서울에 3번 갔다"])
    assert encoding.offsets[1] == (0, 2)


@pytest.mark.parametrize(("blurred", "severity"), [(1, "note"), (10, "note"), (40, "warning")])
def test_counts(tmp_path: Path, blurred: int, severity: str) -> None:
    found = finding(blurring(tmp_path, blurred), CODE)
    total = sum(len("".join(row["text"]).replace(" ", "")) for row in tagged(40))
    assert found.message.startswith(
        f"of {total} tagged tokens in 40 train rows 0 reach no token of the model, "
        f"and the tags of {blurred} cannot"
    )
    assert found.severity.value == severity


def test_characters_that_are_taken_out(tmp_path: Path) -> None:
    rows = tagged(40)
    rows[4] = {"text": ["가", " ", "\u200b", " ", "나"], "label": ["O"] * 5}
    found = finding(tagging(write_json(tmp_path / "ner.json", rows)), CODE)
    assert " 1 reach no token" in found.message
    assert found.notes == [f"row 5 of {tmp_path / 'ner.json'}: `\\u200b`, token 3"]


def test_entities_of_whole_tokens_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes(blurring(tmp_path, 0))
