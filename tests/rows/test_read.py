"""Reading: the same rows in every format, nothing guessed, faults with their kind."""

import csv
import io
import json
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from haechi.rows import read
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import read_table
from judging import write_rows

ROWS = [
    {"text": "한국은행, 기준금리 동결", "label": "경제"},
    {"text": '"인용" 으로 시작', "label": "NA"},
    {"text": "null", "label": "None"},
    {"text": "", "label": "nan"},
    {"text": "두 줄\n제목", "label": ""},
]


def written(folder: Path, suffix: str) -> Path:
    path = folder / f"rows{suffix}"
    if suffix == ".parquet":
        parquet.write_table(arrow.Table.from_pylist(ROWS), path)
    elif suffix == ".json":
        write_rows(path, json.dumps(ROWS, ensure_ascii=False))
    elif suffix == ".jsonl":
        write_rows(path, "".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in ROWS))
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, ["text", "label"], delimiter="\t" if suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(ROWS)
        write_rows(path, text.getvalue())
    return path


@pytest.mark.parametrize("suffix", read.SUFFIXES)
def test_every_format_gives_the_same_rows(tmp_path: Path, suffix: str) -> None:
    table = read_table(written(tmp_path, suffix))
    assert table.rows == ROWS
    assert table.columns == ["text", "label"]
    assert table.complete


@pytest.mark.parametrize("suffix", read.SUFFIXES)
def test_a_limit_counts_only_for_large_files(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, suffix)
    assert len(read_table(path, limit=2).rows) == len(ROWS)
    monkeypatch.setattr(read, "WHOLE_BYTES", 0)
    table = read_table(path, limit=2)
    assert not table.complete
    assert 1 <= len(table.rows) <= len(ROWS)
    assert all(row in ROWS for row in table.rows)
    assert read_table(path).complete


def test_klues_json_forms(tmp_path: Path) -> None:
    rows = [{"guid": "sts-1", "sentence1": "가", "labels": {"label": 3.7, "real-label": 3.71}}]
    plain = write_rows(tmp_path / "a.json", json.dumps(rows))
    wrapped = write_rows(tmp_path / "b.json", json.dumps({"version": "1.1", "data": rows}))
    assert read_table(plain).rows == read_table(wrapped).rows == rows


def test_without_quoting_every_line_is_a_row(tmp_path: Path) -> None:
    text = 'text\tlabel\n"가\t0\n나"\t1\n"다"\t0\n'
    table = read_table(write_rows(tmp_path / "a.tsv", text), quoting=False)
    assert [row["text"] for row in table.rows] == ['"가', '나"', '"다"']
    assert len(table.rows) == text.count("\n") - 1


def test_long_fields_are_read(tmp_path: Path) -> None:
    text = "가" * 300_000
    assert read_table(write_rows(tmp_path / "a.csv", f"text,label\n{text},0\n")).rows[0]["text"] == text


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", None, Kind.missing), ("a.txt", b"x", Kind.format), ("a.csv", b"", Kind.empty),
        ("a.csv", b"\xff\xff,x\n1,2\n", Kind.encoding), ("a.json", b"{", Kind.malformed),
    ],
)  # fmt: skip
def test_kinds_of_faults(tmp_path: Path, name: str, content: bytes | None, kind: Kind) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFault) as caught:
        read_table(tmp_path / name)
    assert caught.value.kind is kind
