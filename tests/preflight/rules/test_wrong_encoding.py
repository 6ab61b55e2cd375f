"""DATA003: the encoding of a file is named, and the fix reads the right Hangul."""

import json
from pathlib import Path

import pytest

from haechi.rows.read import read_table
from judging import (
    HEADLINES,
    assert_fixes_clear,
    assert_only,
    codes,
    files_task,
    finding,
    good_file,
    write_rows,
)

CODE = "DATA003"


def example(tmp_path: Path) -> list[str]:
    """As a spreadsheet on Korean Windows saves it."""
    return files_task(write_rows(tmp_path / "train.csv", HEADLINES, "cp949"))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json"])
@pytest.mark.parametrize(
    ("encoding", "setting"),
    [
        ("cp949", "cp949"),
        ("euc-kr", "cp949"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_fix_reads_the_right_text(tmp_path: Path, suffix: str, encoding: str, setting: str) -> None:
    path = write_rows(tmp_path / f"train{suffix}", as_format(suffix), encoding)
    found = assert_only(files_task(path), CODE)
    assert f"the text is {setting.upper()}, not UTF-8" in found.message
    assert found.fixes == [[f"task.encoding={setting}"]]
    assert codes([*files_task(path), *found.fixes[0]]) == []
    table = read_table(path, setting)
    assert [row["text"] for row in table.rows] == TEXTS
    assert table.columns == ["text", "label"]


TEXTS = [line.rpartition(",")[0] for line in HEADLINES.splitlines()[1:]]


def as_format(suffix: str) -> str:
    """The headlines in another format, Hangul as it is."""
    rows = [dict(zip(("text", "label"), line.split(","), strict=True)) for line in HEADLINES.splitlines()[1:]]
    if suffix == ".json":
        return json.dumps(rows, ensure_ascii=False)
    if suffix == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return HEADLINES.replace(",", "\t" if suffix == ".tsv" else ",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_passes_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    for suffix in (".csv", ".json", ".jsonl"):
        path = write_rows(tmp_path / f"{encoding}{suffix}", as_format(suffix), encoding)
        assert codes(files_task(path)) == []
        assert read_table(path).columns == ["text", "label"]


@pytest.mark.parametrize("encoding", ["cp949", "latin-1", "utf-16", "utf-16-le", "utf-7", "ascii", "idna"])
def test_utf_8_read_as_something_else_is_noticed(tmp_path: Path, encoding: str) -> None:
    found = assert_only(files_task(good_file(tmp_path), f"task.encoding={encoding}"), CODE)
    assert found.fixes == [["task.encoding=utf-8"]]


def test_a_mark_wins_over_the_order_of_bytes(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "train.csv", HEADLINES, "utf-16")
    assert codes(files_task(path, "task.encoding=utf-16-le")) == []


@pytest.mark.parametrize("encoding", ["no_such", "base64", "rot13", "undefined"])
def test_what_is_no_text_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    found = assert_only(files_task(good_file(tmp_path), f"task.encoding={encoding}"), CODE)
    assert f"`{encoding}`" in found.message
    assert_fixes_clear(files_task(good_file(tmp_path), f"task.encoding={encoding}"), CODE)


@pytest.mark.parametrize("padding", ["", "x"])
def test_mixed_garbage_names_line_and_byte(tmp_path: Path, padding: str) -> None:
    lines = [line.encode() for line in HEADLINES.splitlines()]
    lines[2] = f"야구{padding}".encode() + b"\xff\xfe," + "스포츠".encode()
    path = tmp_path / "train.csv"
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = assert_only(files_task(path), CODE)
    assert f"line 3, byte {len('야구'.encode()) + len(padding) + 1} is not UTF-8" in found.message
    assert "CP949" in found.message
    assert_fixes_clear(files_task(path), CODE)


def test_a_wrong_byte_far_down_is_found(tmp_path: Path) -> None:
    text = HEADLINES.encode() + "".join(f"제목 {number},경제\n" for number in range(3000)).encode()
    path = tmp_path / "train.csv"
    path.write_bytes(text + b"\xff,\xec\xa0\x95\n")
    assert f"line {text.count(10) + 1}, byte 1 " in finding(files_task(path), CODE).message


@pytest.mark.parametrize("name", ["UTF8", "utf_8", "utf-8-sig"])
def test_utf_8_has_several_names(tmp_path: Path, name: str) -> None:
    assert codes(files_task(good_file(tmp_path), f"task.encoding={name}")) == []
