"""Samples of long files: from all over them, each row as it stands, numbers only where they are known."""

import csv
import json
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from haechi.rows import json_rows, read
from haechi.rows.fault import FileFault
from haechi.rows.read import RowStream
from judging import write_rows

COUNT = 4000
SORTED = [{"text": f"제목 {number:05}", "label": f"갈래{number * 8 // COUNT}"} for number in range(COUNT)]


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "WHOLE_BYTES", 0)


def write(folder: Path, suffix: str, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    path = folder / f"rows{suffix}"
    if suffix == ".parquet":
        parquet.write_table(arrow.Table.from_pylist(rows), path, row_group_size=100)
    elif suffix == ".json":
        write_rows(path, json.dumps(rows, ensure_ascii=False), encoding)
    elif suffix == ".jsonl":
        write_rows(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding)
    else:
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.mark.parametrize("suffix", read.SUFFIXES)
@pytest.mark.parametrize("limit", [40, 400])
def test_a_sample_reaches_all_of_a_file_that_is_sorted_by_label(
    tmp_path: Path, suffix: str, limit: int
) -> None:
    stream = RowStream(write(tmp_path, suffix, SORTED), limit=limit)
    found = list(stream)
    assert not stream.complete
    assert limit * 0.9 <= len(found) <= limit * 1.1
    assert {row["label"] for _, row in found} == {row["label"] for row in SORTED}
    texts = [row["text"] for _, row in found]
    assert texts == sorted(set(texts)), "no row twice, and in the order of the file"
    assert all(row == SORTED[number - 1] for number, row in found if number)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
@pytest.mark.parametrize("limit", [20, 100, 3000, 100_000])
def test_rows_of_a_sample_stand_in_it_once(tmp_path: Path, suffix: str, limit: int) -> None:
    path = write(tmp_path, suffix, [{**row, "text": row["text"] * 20} for row in SORTED[:300]])
    found = [row["text"] for _, row in RowStream(path, limit=limit)]
    assert len(set(found)) == len(found)
    # One line in a block may be the header.
    assert len(found) >= min(limit, 300) - 20


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_other_encodings(tmp_path: Path, suffix: str, encoding: str) -> None:
    found = [row for _, row in RowStream(write(tmp_path, suffix, SORTED, encoding), encoding, limit=100)]
    assert all(row in SORTED for row in found)
    assert found[0] == SORTED[0]
    assert int(found[-1]["text"].split()[1]) >= COUNT * 0.94


def test_utf_16_is_read_from_the_head(tmp_path: Path) -> None:
    found = list(RowStream(write(tmp_path, ".csv", SORTED, "utf-16"), "utf-16", limit=50))
    assert found == list(enumerate(SORTED[:50], start=1))


def test_fields_of_several_lines_are_read_from_the_head(tmp_path: Path) -> None:
    rows = [
        {"text": f"첫 줄 {number}\n둘째 줄, 쉼표" if number % 7 == 3 else f"한 줄 {number}", "label": "가"}
        for number in range(COUNT)
    ]
    found = list(RowStream(write(tmp_path, ".csv", rows), limit=200))
    assert found == list(enumerate(rows[:200], start=1))


def test_quotes_are_characters_where_they_open_nothing(tmp_path: Path) -> None:
    lines = "".join(f'"제목 {number}\t{number % 3}\n' for number in range(COUNT))
    path = write_rows(tmp_path / "a.tsv", f"text\tlabel\n{lines}")
    found = [row["text"] for _, row in RowStream(path, quoting=False, limit=100)]
    assert found[0] == '"제목 0'
    assert len(found) >= 90
    assert int(found[-1].split()[1]) > COUNT * 0.9


def tagged_file(folder: Path, sentences: int) -> Path:
    blocks = [
        f"## klue-ner-{number:05}\t<서울:LC> {number}\n서\tB-LC\n울\tI-LC\n \tO\n"
        + "".join(f"{digit}\tO\n" for digit in f"{number:05}")
        for number in range(sentences)
    ]
    return write_rows(folder / "ner.tsv", "## 주석 : ##\n" + "\n".join(blocks))


def test_sentences_of_a_tagged_file(tmp_path: Path) -> None:
    whole = [row for _, row in RowStream(tagged_file(tmp_path, COUNT))]
    assert len(whole) == COUNT
    found = list(RowStream(tmp_path / "ner.tsv", limit=200))
    assert 180 <= len(found) <= 220
    assert all(row in (whole[number - 1 : number] if number else whole) for number, row in found)
    numbers = [int("".join(row["tokens"][3:])) for _, row in found]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > COUNT * 0.94


def test_a_fault_at_the_head_is_named_as_ever(tmp_path: Path) -> None:
    lines = ["text,label", "가,1", "나,2,3", *(f"다 {number},1" for number in range(COUNT))]
    with pytest.raises(FileFault, match="line 3: 3 fields where the header names 2"):
        list(RowStream(write_rows(tmp_path / "a.csv", "\n".join(lines)), limit=100))
    objects = ['{"text": "가"}', "", '{"text": ', *['{"text": "다"}'] * COUNT]
    with pytest.raises(FileFault, match="line 3, column 10"):
        list(RowStream(write_rows(tmp_path / "a.jsonl", "\n".join(objects)), limit=100))


def test_a_list_that_is_too_long_for_memory_is_read_from_the_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "WHOLE_BYTES", 0)
    found = list(RowStream(write(tmp_path, ".json", SORTED), limit=50))
    assert found == list(enumerate(SORTED[:50], start=1))


def test_a_parquet_file_of_one_group_is_sampled_all_over(tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    parquet.write_table(arrow.Table.from_pylist(SORTED), path, row_group_size=COUNT)
    found = [row["text"] for _, row in RowStream(path, limit=100)]
    assert found == [row["text"] for row in SORTED[::40]]
