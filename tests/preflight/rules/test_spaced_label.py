"""LABEL010: a class and itself with a space."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of
from tasks import tagged, tagging, task, texts, write_csv, write_json

CODE = "LABEL010"


def file(folder: Path, labels: list[str], *more: str) -> list[str]:
    return task(write_csv(folder / "a.csv", list(zip(texts(len(labels)), labels, strict=True))), *more)


def example(tmp_path: Path) -> list[str]:
    """Two labels were typed with a space."""
    return file(tmp_path, ["경제", "정치", "경제 ", "정치", "경제", " 정치"])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_rows_and_both_spellings_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message.startswith(
        '2 of 6 train rows differ from another label by a space: `" 정치"` and `정치`'
    )
    path = tmp_path / "a.csv"
    assert found.notes == [
        f"row 3, 6 of {path}",
        f'row 6 of {path}: `" 정치"` differs from `정치` by spaces',
        f'row 3 of {path}: `"경제 "` differs from `경제` by spaces',
    ]


def test_named_labels_are_judged_too(tmp_path: Path) -> None:
    labels = ["경제", "정치", "경제 ", "정치", "경제", "정치"]
    found = assert_only(file(tmp_path, labels, 'task.labels=["경제","정치","경제 "]'), CODE)
    assert found.notes == [f"row 3 of {tmp_path / 'a.csv'}"]
    assert CODE not in codes(file(tmp_path, labels, 'task.labels=["경제","정치"]')), "LABEL001 says so"


@pytest.mark.parametrize(
    ("label", "by"),
    [("Neutral", "case"), ("neutral\u00a0", "a space"), ("neu\u200btral", "a space"), ("neutral", None),
     ("neutrals", None)],
)  # fmt: skip
def test_other_differences_that_nobody_sees(tmp_path: Path, label: str, by: str | None) -> None:
    overrides = file(tmp_path, ["neutral", "entailment", label, "entailment", "neutral", "entailment"])
    found = [item.message for item in verdict_of(overrides).diagnostics if item.code == CODE]
    assert [f"by {by}: " in message for message in found] == ([True] if by else [])


def test_tags_are_judged_too(tmp_path: Path) -> None:
    rows = tagged(30)
    rows[4]["label"][:2] = ["B-LC ", "I-LC "]
    found = finding(tagging(write_json(tmp_path / "a.json", rows)), CODE)
    assert found.message.startswith('2 tags of train rows differ from another label by a space: `"B-LC "`')
    assert found.notes[0] == f"row 5 of {tmp_path / 'a.json'}"


def test_a_space_without_a_twin_is_a_name(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, ["경제 ", "정치"] * 3))
    assert CODE not in codes(file(tmp_path, ["국제 경제", "경제"] * 3))
