"""DATA004: line and column of what is broken, and quotes that merge rows."""

from pathlib import Path

import pytest

from haechi.rows.read import read_table
from judging import HEADLINES, assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "DATA004"


def example(tmp_path: Path) -> list[str]:
    """The second row's text begins with a double quote that nothing closes."""
    path = tmp_path / "train.tsv"
    return files_task(write_rows(path, HEADLINES.replace("프로야구", '"프로야구').replace(",", "\t")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_line_of_the_quote_is_named_and_every_row_is_read_without_quoting(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert str(tmp_path / "train.tsv") in found.message
    assert "line 3:" in found.message
    assert found.fixes == [["task.quoting=false"]]
    rows = read_table(tmp_path / "train.tsv", quoting=False).rows
    assert len(rows) == len(HEADLINES.splitlines()) - 1
    assert rows[1]["text"] == '"프로야구 개막전 매진'


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (['"가나다 라마" 바사\t경제', "나\t정치"], 2),
        (["가\t경제", '"나\t정치', "다\t경제", '"라\t정치'], 3),
        (["가\t경제", '"나\t정치', '다"\t경제', "라\t정치"], 3),
        (["가\t경제", "나\t정치", "다\t경제", '"라\t정치'], 5),
    ],
)
def test_quotes_in_a_tsv(tmp_path: Path, lines: list[str], wrong: int) -> None:
    path = write_rows(tmp_path / "train.tsv", "\n".join(["text\tlabel", *lines]) + "\n")
    found = assert_only(files_task(path), CODE)
    assert f"line {wrong}:" in found.message
    assert codes([*files_task(path), *found.fixes[0]]) == []
    assert len(read_table(path, quoting=False).rows) == len(lines)


def test_quotes_that_are_closed_and_quotes_within_a_text_pass(tmp_path: Path) -> None:
    text = 'text,label\n"쉼표, 있는 제목",경제\n그는 "아니다" 했다,정치\n"두 줄\n제목",경제\n"""인용"" 제목",정치\n'  # noqa: E501
    path = write_rows(tmp_path / "train.csv", text)
    assert codes(files_task(path)) == []
    assert [row["text"] for row in read_table(path).rows] == [
        "쉼표, 있는 제목", '그는 "아니다" 했다', "두 줄\n제목", '"인용" 제목',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("가,경제\n나,정치,셋째\n", "line 3: 3 fields where the header names 2"),
        ("가,경제\n\n\n나\n", "line 5: 1 field where the header names 2"),
        ('"가\n나",경제\n다,정치,x\n', "line 4: 3 fields"),
    ],
)
def test_a_row_with_other_fields_than_the_header(tmp_path: Path, rows: str, message: str) -> None:
    path = write_rows(tmp_path / "train.csv", f"text,label\n{rows}")
    assert message in assert_only(files_task(path), CODE).message
    assert_fixes_clear(files_task(path), CODE)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("text,label", "text,text"))
    assert "line 1: two columns are named `text`" in finding(files_task(path), CODE).message


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, break_: str) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("\n", break_))
    assert codes(files_task(path)) == []
    assert len(read_table(path).rows) == 4


def test_broken_json_names_line_and_column(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "train.json", '[\n  {"text": "가", "label": "나"},\n  {"text": "다" "label": "라"}\n]'
    )
    found = assert_only(files_task(path), CODE)
    assert "line 3, column 16: expecting ',' delimiter" in found.message
    assert_fixes_clear(files_task(path), CODE)


def test_a_broken_line_of_jsonl_is_named(tmp_path: Path) -> None:
    row = '{"text": "가", "label": "나"}\n'
    path = write_rows(tmp_path / "train.jsonl", row + "\n" + '{"text": "다", "label"\n' + row)
    assert "line 3, column 22: expecting ':' delimiter" in assert_only(files_task(path), CODE).message


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '{"text": "가"}', "no list of rows"),
        ("a.json", '[{"text": "가", "label": "나"}, 3]', "row 2 is no object"),
        ("a.json", "[" * 100_000, "cannot be read"),
        ("a.json", '[{"text": ' + "9" * 5000 + "}]", "cannot be read"),
        ("a.jsonl", '{"text": "가", "label": "나"}\n[1]\n', "line 2 is no object"),
        ("a.jsonl", '{"text": "가", "label": "나"}\n{"text": ' + "9" * 5000 + "}", "line 2: the JSON"),
        ("a.jsonl", '{"text": "\\ud83d", "label": "나"}\n', "row 1: `text` holds half of a character"),
        ("a.parquet", "PAR1 and nothing more", "no readable parquet file"),
    ],
)
def test_other_breakage_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = write_rows(tmp_path / name, text)
    assert message in assert_only(files_task(path), CODE).message
    assert_fixes_clear(files_task(path), CODE)
