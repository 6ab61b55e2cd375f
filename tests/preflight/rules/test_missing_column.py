"""DATA002: the nearest columns are named, nested and alternative ones are found."""

import json
from pathlib import Path

import pytest

from haechi.compose import compose
from haechi.preflight.check import check
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from judging import (
    HEADLINES,
    assert_fixes_clear,
    assert_only,
    codes,
    files_task,
    finding,
    good_file,
    verdict_of,
    write_rows,
)
from tasks import asking, questions, tagged, tagging, write_json

CODE = "DATA002"


def example(tmp_path: Path) -> list[str]:
    """Two letters of `text` change places."""
    return files_task(good_file(tmp_path), "task.columns.text=txet")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_nearest_column_is_the_fix_and_all_are_listed(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.fixes[0] == ["task.columns.text=text"]
    assert "`text`, `label`" in found.message
    assert [key.key for key in found.keys] == ["task.files.train", "task.columns.text"]


def test_a_hangul_column_is_quoted_in_the_fix(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", HEADLINES.replace("text,label", "제목,분류 이름"))
    overrides = files_task(path, 'task.columns.text="재목"', 'task.columns.label="분류"')
    assert_fixes_clear(files_task(path, 'task.columns.text="제목 "', 'task.columns.label="분류 이름"'), CODE)
    while fixes := [item.fixes[0] for item in verdict_of(overrides).diagnostics if item.code == CODE]:
        overrides = [*overrides, *fixes[0]]
    assert overrides[-2:] == ['task.columns.text="제목"', 'task.columns.label="분류 이름"']
    assert codes(overrides) == []


def test_case_and_a_byte_order_mark_do_not_hide_a_column(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", HEADLINES.replace("text", "Text", 1), "utf-8-sig")
    assert finding(files_task(path), CODE).fixes[0] == ["task.columns.text=Text"]
    assert codes(files_task(path, "task.columns.text=Text")) == []


def rows_of(text: str = "text", **label: object) -> str:
    topics = ["경제", "정치", "경제", "정치"]
    return "".join(
        json.dumps({text: f"기사 제목 {number}", **{key: nest(value, topic) for key, value in label.items()}})
        + "\n"
        for number, topic in enumerate(topics)
    )


def nest(shape: object, topic: str) -> object:
    return {key: nest(value, topic) for key, value in shape.items()} if isinstance(shape, dict) else topic


def test_nested_columns_are_reached_by_a_dot(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl", rows_of(labels={"label": None}))
    assert codes(files_task(path, "task.columns.label=labels.label")) == []
    found = finding(files_task(path, "task.columns.label=labels"), CODE)
    assert ["task.columns.label=labels.label"] in found.fixes
    assert_fixes_clear(files_task(path, "task.columns.label=labels"), CODE)


def test_a_column_named_with_a_dot_is_that_column(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", HEADLINES.replace("text,label", "head.line,la.bel"))
    assert codes(files_task(path, "task.columns.text=head.line", "task.columns.label=la.bel")) == []


@pytest.mark.parametrize("column", ["label", "gold_label"])
def test_alternative_names(tmp_path: Path, column: str) -> None:
    path = write_rows(tmp_path / "a.csv", HEADLINES.replace(",label", f",{column}"))
    assert codes(files_task(path, "task.columns.label=gold_label|label")) == []


def test_a_pair_task_needs_a_second_text(tmp_path: Path) -> None:
    found = finding(files_task(good_file(tmp_path), "task.objective=pair_classification"), CODE)
    assert found.keys[1].key == "task.columns.text_pair"
    assert "`text_pair`" in found.message


@pytest.mark.parametrize(("value", "kind"), [(["a", "b"], "a list"), ({}, "an object")])
def test_a_column_of_lists_is_no_text(tmp_path: Path, value: object, kind: str) -> None:
    rows = [{"text": "제목", "label": "가"}, {"text": value, "label": "나"}]
    path = write_rows(tmp_path / "a.json", json.dumps(rows))
    found = assert_only(files_task(path), CODE)
    assert f"row 2: `text` holds {kind}" in found.message
    assert found.fixes == [], "another file is no help"


def test_a_column_of_nothing_else_is_no_text(tmp_path: Path) -> None:
    rows = [{"text": ["a", "b"], "label": label} for label in "가나"]
    found = assert_only(files_task(write_json(tmp_path / "a.json", rows)), CODE)
    assert "row 1: `text` holds a list" in found.message
    assert found.fixes == []


def test_an_odd_cell_hides_nothing(tmp_path: Path) -> None:
    """Rows of each kind are counted, and the rest of the file is judged."""
    rows = questions(40)
    for at in (4, 6):
        del rows[at]["answers"][0]["answer_start"]
    rows[9]["answers"][0]["answer_start"] = "12"
    rows[11]["question"] = ["무엇을", "했나"]
    rows[14]["answers"][0]["text"] = "없는 말"
    path = write_json(tmp_path / "qa.json", rows)
    found = {(item.code, item.message) for item in verdict_of(asking(path)).diagnostics}
    without = "`answers` holds an answer without `answer_start` and `text`"
    a_list = "`question` holds a list, where one text or number is needed"
    assert {
        ("DATA002", f"`{path}`: row 5, 7, 10: {without} (3 of 40 train rows)"),
        ("DATA002", f"`{path}`: row 12: {a_list} (1 of 40 train rows)"),
        ("DATA021", "1 of 40 train rows have an answer that the context does not read there"),
    } <= found


def test_a_null_among_the_tags_hides_nothing(tmp_path: Path) -> None:
    rows = tagged(30)
    rows[9]["label"][0] = None
    rows[12]["label"].pop()
    path = write_json(tmp_path / "a.json", rows)
    found = [(item.code, item.fixes) for item in verdict_of(tagging(path)).diagnostics]
    assert ("DATA002", []) in found
    assert ("LABEL012", []) in found


def test_a_run_with_odd_cells_is_refused_when_all_rows_are_read(tmp_path: Path) -> None:
    rows = tagged(30)
    rows[9]["label"][0] = None
    composed = compose(tagging(write_json(tmp_path / "a.json", rows)))
    verdict = check(Evidence(resolve(composed, composed.hydra), full=True))
    assert verdict.refused
    assert "DATA002" in [item.code for item in verdict.diagnostics]


def test_every_split_is_judged(tmp_path: Path) -> None:
    other = write_rows(tmp_path / "dev.csv", HEADLINES.replace("text", "title"))
    overrides = files_task(good_file(tmp_path), f"task.files.validation={other}")
    found = finding(overrides, CODE)
    assert found.keys[0].key == "task.files.validation"
    assert found.fixes == [['task.columns.text="text|title"']]
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes([*overrides, "task.columns.text=text|title"])
