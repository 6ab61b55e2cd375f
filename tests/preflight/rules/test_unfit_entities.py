"""DATA020: mentions that are not where the rows say."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import RELATION, relations, task, write_json

CODE = "DATA020"


def file(folder: Path, wrong: dict[int, dict], count: int = 20) -> list[str]:
    rows = [{**row, **wrong.get(number, {})} for number, row in enumerate(relations(count), start=1)]
    return task(write_json(folder / "re.json", rows), *RELATION)


BEHIND = {"word": "이순신", "start_idx": 0, "end_idx": 3, "type": "PER"}


def example(tmp_path: Path) -> list[str]:
    """`end_idx` is the offset behind the last character."""
    return file(tmp_path, {3: {"subject_entity": BEHIND}, 7: {"subject_entity": BEHIND}})


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_mentions_in_order_are_fit(tmp_path: Path) -> None:
    assert [code for code in codes(file(tmp_path, {})) if code.startswith(("DATA", "LABEL", "LEN"))] == []


def test_rows_and_words_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.message == "2 of 20 train rows have a mention that reads something else"
    assert found.notes == [
        f"row 3, 7 of {tmp_path / 're.json'}: `subject_entity` is `이순신`, but 0-3 reads `이순신은`"
    ]


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        (None, "no mention"), ({"word": "이순신"}, "no mention"),
        ({"start_idx": 3, "end_idx": 99}, "a mention outside of the sentence"),
        ({"start_idx": 2, "end_idx": 6}, "mentions that overlap halfway"),
    ],
)  # fmt: skip
def test_kinds_of_faults(tmp_path: Path, entity: dict | None, said: str) -> None:
    found = finding(file(tmp_path, {5: {"subject_entity": entity}}), CODE)
    assert found.message == f"1 of 20 train rows have {said}"
    assert found.severity.value == "error"
    assert "row 5 of" in found.notes[0]


def test_few_mismatches_are_a_warning_and_unmarkable_rows_an_error(tmp_path: Path) -> None:
    assert finding(file(tmp_path, {5: {"subject_entity": BEHIND}}, 101), CODE).severity.value == "warning"
    assert finding(file(tmp_path, {5: {"subject_entity": None}}, 101), CODE).severity.value == "error"


def test_a_row_counts_once_and_what_is_wrong_is_grouped(tmp_path: Path) -> None:
    shifted = {"word": "이순신", "start_idx": 1, "end_idx": 3, "type": "PER"}
    other = {"word": "한산도", "start_idx": 6, "end_idx": 8, "type": "LOC"}
    wrong = {4: {"subject_entity": shifted, "object_entity": other}, 8: {"subject_entity": BEHIND}}
    found = finding(file(tmp_path, {**wrong, 9: {"object_entity": other}}), CODE)
    assert found.message == "3 of 20 train rows have a mention that reads something else"
    path = tmp_path / "re.json"
    assert found.notes == [
        f"row 4, 9 of {path}: `subject_entity` is `이순신`, but 1-3 reads `순신은`",
        f"row 8 of {path}: `subject_entity` is `이순신`, but 0-3 reads `이순신은`",
    ]


def test_missing_mentions_are_told_by_what_is_missing(tmp_path: Path) -> None:
    texts = {"word": "이순신", "start_idx": "0", "end_idx": "2"}
    found = finding(file(tmp_path, {16: {"subject_entity": None}, 20: {"subject_entity": texts}}), CODE)
    assert found.message == "2 of 20 train rows have no mention"
    assert "row 16 of" in found.notes[0]
    assert "no object" in found.notes[0]
    assert "row 20 of" in found.notes[1]
    assert "lacks whole numbers" in found.notes[1]


def test_few_mismatches_are_counted_by_rows(tmp_path: Path) -> None:
    """Two mentions in one row of a hundred and one are still fewer than one row in a hundred."""
    both = {"subject_entity": BEHIND, "object_entity": {"word": "한산도", "start_idx": 6, "end_idx": 8}}
    assert finding(file(tmp_path, {5: both}, 101), CODE).severity.value == "warning"
