"""LABEL018: answers that no tokens give back, against a count of offsets."""

import json
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, write_json

CODE = "LABEL018"


def file(folder: Path, blurred: int, count: int = 40) -> list[str]:
    """Questions of which some have an answer that ends inside the token `서울에`."""
    rows = questions(count)
    for number, row in enumerate(rows):
        row["context"] = f"그는 서울에 {number}번 갔다. {row['context']}"
        text = "서" if number < blurred else f"{number}번"
        row["answers"] = [{"text": text, "answer_start": row["context"].index(text)}]
    return asking(write_json(folder / "qa.json", rows))


def example(tmp_path: Path) -> list[str]:
    """A quarter of the answers are half a token."""
    return file(tmp_path, 10)


def test_the_word_is_one_token(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "tiny"))
    (encoding,) = tokenizer.encode_whole_with_offsets(["그는 서울에 갔다"])
    assert (3, 5) in encoding.offsets or (3, 6) in encoding.offsets


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message.startswith("10 of 40 answers in the train rows begin or end inside a token")
    assert found.message.endswith("exact match is 0.75 at most")
    assert found.notes == [f"row 1, 2, 3, 4, 5, ... of {tmp_path / 'qa.json'}: `서울` at best, not `서`"]


def test_questions_without_an_answer_leave_exact_match_higher(tmp_path: Path) -> None:
    path = Path(example(tmp_path)[1].partition("=")[2])
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows += [
        {
            **row,
            "id": f"none {row['id']}",
            "question": f"{row['question']}?",
            "is_impossible": True,
            "answers": [],
        }
        for row in rows
    ]
    found = finding(asking(write_json(path, rows)), CODE)
    assert found.message.startswith("10 of 40 answers")
    assert found.message.endswith("exact match is 0.88 at most")
    assert found.severity.value == "warning"


def test_an_example_of_each_kind_is_told(tmp_path: Path) -> None:
    """What stands before the answer, what stands behind it, and a word that the vocabulary lacks."""
    rows = questions(12)
    for number, (row, (word, text)) in enumerate(
        zip(rows, [("서울에", "울"), ("서울에", "서"), ("뷁쀍에", "뷁쀍")] * 4, strict=True)
    ):
        row["context"] = f"그는 {word} {number}번 갔다. {row['context']}"
        row["answers"] = [{"text": text, "answer_start": row["context"].index(text)}]
    found = finding(asking(write_json(tmp_path / "qa.json", rows)), CODE)
    assert found.notes == [
        f"row 1, 4, 7, 10 of {tmp_path / 'qa.json'}: `서울` at best, not `울`",
        f"row 2, 5, 8, 11 of {tmp_path / 'qa.json'}: `서울` at best, not `서`",
        f"row 3, 6, 9, 12 of {tmp_path / 'qa.json'}: `뷁쀍에` at best, not `뷁쀍`",
    ]


@pytest.mark.parametrize(("blurred", "severity"), [(2, "note"), (6, "note"), (7, "warning")])
def test_few_are_a_note(tmp_path: Path, blurred: int, severity: str) -> None:
    assert finding(file(tmp_path, blurred), CODE).severity.value == severity


@pytest.mark.parametrize("blurred", [0, 1])
def test_hardly_any_are_fit(tmp_path: Path, blurred: int) -> None:
    assert CODE not in codes(file(tmp_path, blurred))


def test_punctuation_that_exact_match_leaves_out_is_no_fault(tmp_path: Path) -> None:
    rows = questions(40)
    for row in rows:
        row["context"] = f'그는 "서울" 갔다. {row["context"]}'
        row["answers"] = [{"text": '"서울"', "answer_start": 3}]
    assert CODE not in codes(asking(write_json(tmp_path / "qa.json", rows)))
