"""DATA021: answers that are not where the rows say."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import asking, questions, write_json

CODE = "DATA021"


def file(folder: Path, wrong: dict[int, dict], count: int = 20) -> list[str]:
    rows = [{**row, **wrong.get(number, {})} for number, row in enumerate(questions(count), start=1)]
    return asking(write_json(folder / "qa.json", rows))


def moved(row: dict, by: int) -> dict:
    answer = row["answers"][0]
    return {"answers": [{**answer, "answer_start": answer["answer_start"] + by}]}


def example(tmp_path: Path) -> list[str]:
    """The context of one row was changed after it was annotated."""
    return file(tmp_path, {4: moved(questions(4)[3], 2)})


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_answers_in_order_are_fit(tmp_path: Path) -> None:
    assert [code for code in codes(file(tmp_path, {})) if code.startswith(("DATA", "LABEL", "LEN"))] == []


def test_the_place_where_the_answer_stands_is_named(tmp_path: Path) -> None:
    row = questions(4)[3]
    start = row["answers"][0]["answer_start"]
    found = finding(example(tmp_path), CODE)
    assert found.message == "1 of 20 train rows have an answer that the context does not read there"
    reads = row["context"][start + 2 : start + 7]
    said = f"the answer to `q-3` is `3번 동결`, but {start + 2} reads `{reads}`; it stands at {start}"
    assert found.notes == [f"row 4 of {tmp_path / 'qa.json'}: {said}"]


@pytest.mark.parametrize(
    ("change", "said", "severity"),
    [
        ({"answers": [{"text": "없는 말", "answer_start": 0}]}, "an answer that the context", "error"),
        ({"answers": [{"text": " ", "answer_start": 0}]}, "an empty answer", "error"),
        ({"answers": [], "is_impossible": False}, "no answer and are not marked", "error"),
        ({"is_impossible": True}, "an answer though they are marked", "warning"),
    ],
)
def test_kinds_of_faults(tmp_path: Path, change: dict, said: str, severity: str) -> None:
    found = finding(file(tmp_path, {2: change}), CODE)
    assert found.message.startswith(f"1 of 20 train rows have {said}")
    assert found.severity.value == severity


def test_few_faults_are_a_warning(tmp_path: Path) -> None:
    overrides = file(tmp_path, {4: moved(questions(4)[3], 2)}, 101)
    assert finding(overrides, CODE).severity.value == "warning"


def test_impossible_questions_need_no_answer(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, {2: {"answers": [], "is_impossible": True}, 3: {"answers": []}}))


def test_no_answer_at_all(tmp_path: Path) -> None:
    found = finding(file(tmp_path, {number: {"answers": []} for number in range(1, 21)}), CODE)
    assert (found.severity.value, "none of the 20 train rows" in found.message) == ("error", True)


def test_answers_elsewhere_and_nowhere_are_told_apart(tmp_path: Path) -> None:
    gone = {"answers": [{"text": "없는 말", "answer_start": 0}]}
    found = finding(
        file(tmp_path, {4: moved(questions(4)[3], 2), 7: gone, 9: gone, 11: {"context": " "}}), CODE
    )
    assert found.message == "4 of 20 train rows have an answer that the context does not read there"
    path = tmp_path / "qa.json"
    assert [note.partition(": ")[0] for note in found.notes] == [
        f"row {rows} of {path}" for rows in ("4", "7, 9", "11")
    ]
    assert [note.rpartition(" ")[2] for note in found.notes][1:] == ["context", "empty"]
