"""Files that are cut, in another encoding, of another shape: one fault with its place, never a traceback."""

import json
import random
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from haechi.rows import json_rows
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import SUFFIXES, RowStream, read_table
from haechi.rows.readers import to_examples
from haechi.rows.survey import survey
from haechi.schema.task import Columns, Objective
from judging import write_rows

TEXT = "한국은행, 기준금리 동결"
ROWS = [{"text": f"{TEXT} {number}", "label": f"{number % 3}"} for number in range(50)]
WRITTEN = {
    ".csv": "text,label\n" + "".join(f'"{row["text"]}",{row["label"]}\n' for row in ROWS),
    ".tsv": "text\tlabel\n" + "".join(f"{row['text']}\t{row['label']}\n" for row in ROWS),
    ".json": json.dumps(ROWS, ensure_ascii=False),
    ".jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS),
}

every_text = pytest.mark.parametrize("suffix", WRITTEN)


@pytest.fixture(params=["whole", "pieces"])
def in_pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """JSON read at once, and as files are that are too long for that."""
    if request.param == "pieces":
        monkeypatch.setattr(json_rows, "WHOLE_BYTES", 0)
    return request.param == "pieces"


def fault_of(path: Path, encoding: str = "utf-8") -> FileFault:
    with pytest.raises(FileFault) as caught:
        read_table(path, encoding)
    assert caught.value.path == str(path)
    assert caught.value.message.ko
    return caught.value


@every_text
@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_all_rows_are_read(tmp_path: Path, suffix: str, encoding: str) -> None:
    assert read_table(write_rows(tmp_path / f"a{suffix}", WRITTEN[suffix], encoding)).rows == ROWS


@every_text
@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_rows_in_another_encoding(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = write_rows(tmp_path / f"a{suffix}", WRITTEN[suffix], encoding)
    assert read_table(path, encoding).rows == ROWS


@every_text
@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_named_and_the_fix_reads_it(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = write_rows(tmp_path / f"a{suffix}", WRITTEN[suffix], encoding)
    fault = fault_of(path)
    assert (fault.kind, fault.setting) == (Kind.encoding, "task.encoding")
    found = fault.fixes[0][0].removeprefix("task.encoding=")
    assert read_table(path, found).rows == ROWS


@every_text
def test_utf_8_said_to_be_cp949(tmp_path: Path, suffix: str) -> None:
    fault = fault_of(write_rows(tmp_path / f"a{suffix}", WRITTEN[suffix]), "cp949")
    assert (fault.kind, fault.fixes) == (Kind.encoding, [["task.encoding=utf-8"]])


@pytest.mark.parametrize("name", ["base64", "nonsense", "rot13", "a\0b"])
def test_no_encoding_for_text(tmp_path: Path, name: str) -> None:
    fault = fault_of(write_rows(tmp_path / "a.csv", WRITTEN[".csv"]), name)
    assert (fault.kind, fault.fixes) == (Kind.encoding, [["task.encoding=utf-8"]])


@every_text
@pytest.mark.usefixtures("in_pieces")
def test_a_wrong_byte_far_behind_is_named(tmp_path: Path, suffix: str) -> None:
    content = (WRITTEN[suffix] * 200).encode() if suffix in {".csv", ".tsv", ".jsonl"} else b""
    content = content or json.dumps(ROWS * 200, ensure_ascii=False).encode()
    at = content.index("금".encode(), len(content) // 2)
    content = content[: at + 1] + b"\xff" + content[at + 2 :]
    (tmp_path / f"a{suffix}").write_bytes(content)
    fault = fault_of(tmp_path / f"a{suffix}")
    line = content.count(b"\n", 0, at) + 1
    assert fault.kind is Kind.encoding
    assert fault.message.startswith(f"line {line}, byte ")
    assert fault.message.ko.startswith(f"{line}번째 줄 ")


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.999])
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet", ".csv"])
def test_a_file_that_was_cut(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        parquet.write_table(arrow.Table.from_pylist(ROWS), path)
        content = path.read_bytes()
    else:
        content = WRITTEN[suffix].encode("ascii", "replace")  # no character is cut in two
        content = content[: content.rindex(b"?", 0, int(len(content) * share))]
    path.write_bytes(content[: int(len(content) * share)])
    fault = fault_of(path)
    assert fault.kind is Kind.malformed
    if suffix != ".parquet":
        assert any(place in fault.message for place in ("line ", "byte "))


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.json", b"{}", Kind.malformed), ("a.json", b'{"data": 3}', Kind.malformed),
        ("a.json", b"3", Kind.malformed), ("a.json", b'["a"]', Kind.malformed),
        ("a.json", b'[{"paragraphs": [3]}]', Kind.malformed),
        ("a.json", b'[{"paragraphs": [{"qas": [3]}]}]', Kind.malformed),
        ("a.json", b"[1" + b"0" * 5000 + b"]", Kind.malformed), ("a.json", b" \n", Kind.malformed),
        ("a.jsonl", b"3\n", Kind.malformed), ("a.jsonl", b"[" * 200_000, Kind.malformed),
        ("a.jsonl", b'{"a": ' + b"1" * 5000 + b"}\n", Kind.malformed), ("a.jsonl", b"\n\n", Kind.empty),
        ("a.csv", b"text,label\n", Kind.empty), ("a.csv", b"\n\n\n", Kind.empty),
        ("a.csv", b"text,text\n1,2\n", Kind.malformed), ("a.csv", b"\0" * 5000, Kind.malformed),
        ("a.tsv", b"text\tlabel\r\n", Kind.empty), ("a.tsv", b"## x\n\xea\xb0\x80\n", Kind.malformed),
        ("a.parquet", b"PAR1", Kind.malformed), ("a.parquet", b"\0" * 100, Kind.malformed),
    ],
)  # fmt: skip
def test_other_shapes(tmp_path: Path, name: str, content: bytes, kind: Kind) -> None:
    (tmp_path / name).write_bytes(content)
    assert fault_of(tmp_path / name).kind is kind


def test_brackets_without_end(tmp_path: Path) -> None:
    assert fault_of(write_rows(tmp_path / "a.json", "[" * 200_000)).kind is Kind.malformed


def test_lines_of_objects_under_the_suffix_of_a_list(tmp_path: Path) -> None:
    fault = fault_of(write_rows(tmp_path / "a.json", WRITTEN[".jsonl"]))
    assert "line 2, column 1" in fault.message
    assert ".jsonl" in fault.message
    assert ".jsonl" in fault.message.ko


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_other_line_ends(tmp_path: Path, suffix: str, ends: str) -> None:
    assert read_table(write_rows(tmp_path / f"a{suffix}", WRITTEN[suffix].replace("\n", ends))).rows == ROWS


def test_a_field_of_ten_megabytes(tmp_path: Path) -> None:
    text = "가나다라 " * 800_000
    for suffix, content in {
        ".csv": f"text,label\n{text},0\n",
        ".jsonl": json.dumps({"text": text, "label": "0"}, ensure_ascii=False),
    }.items():
        assert read_table(write_rows(tmp_path / f"a{suffix}", content)).rows == [{"text": text, "label": "0"}]


MERGING = [
    ("a.tsv", 'text\tlabel\n"가\t0\n나\t1\n다"\t0\n', "line 2: a double quote merges 3 lines"),
    ("a.tsv", 'text\tlabel\n가\t0\n"나\t1\n다\t0\n', "line 3: a double quote opens a field"),
    ("a.csv", 'text,label\n"가,0\n나,1\n다,1\n라",0\n마,1\n', "line 2: a double quote merges 4 lines"),
    ("a.csv", 'id,text,label\n1,마,0\n2,"가,0\n3,나,1\n4,다",1\n', "line 3: a double quote merges 3 lines"),
    ("a.csv", 'text,label\n가,0\n"나" 다,1\n', "line 3: a double quote opens a field"),
]


@pytest.mark.parametrize(("name", "content", "message"), MERGING)
def test_quotes_that_merge_rows(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = write_rows(tmp_path / name, content)
    fault = fault_of(path)
    assert message in fault.message
    assert fault.fixes == [["task.quoting=false"]]
    assert len(read_table(path, quoting=False).rows) == content.count("\n") - 1


@pytest.mark.parametrize(
    "text",
    [
        "첫 줄\n둘째 줄",
        "쉼표, 있고\n둘째 줄",
        "쉼표, 있고\n또, 있고\n끝",
        "그는 말했다, 1\n그렇다",
        "가,나\n",
    ],
)
def test_texts_of_several_lines_are_texts(tmp_path: Path, text: str) -> None:
    content = "text,label\n가,0\n" + f'"{text}",1\n' * 3
    rows = read_table(write_rows(tmp_path / "a.csv", content)).rows
    assert [row["text"] for row in rows] == ["가", *[text] * 3]


STRANGE: list[object] = [
    None, "", " ", "\ud83d", "a\0b", 3, 3.5, True, float("nan"), 10**400, [], [None], ["가", 3], [["가"]], {},
    {"text": "가"}, {"start_idx": "3", "end_idx": None}, {"start_idx": 0, "end_idx": 0, "word": "\ud83d"},
    {"answer_start": [1], "text": []}, {"answer_start": 1, "text": "\ud83d"},
    {"answer_start": -5, "text": "가"},
    [{"answer_start": 10**30, "text": "가"}], [{"answer_start": True, "text": "가"}], [{"answer_start": 1}],
    "[1", "{'a': [}", "{[]: 1}", "[" * 5000, "(" * 300, "{'start_idx': 1, 'end_idx': 2}", "\\d{", "O B-PS",
    {"a": {"b": {"c": {}}}}, "가" * 1000, "\ufeff", "\u2028", -1, -100, "1e999",
]  # fmt: skip
COLUMNS = Columns(
    text="a", text_pair="b", label="c", sentence="a", subject_entity="b", object_entity="c", question="a",
    context="b", answers="c", id="d",
)  # fmt: skip


@pytest.mark.parametrize("objective", Objective)
def test_values_of_any_shape_give_examples_or_a_fault(objective: Objective) -> None:
    chance = random.Random(1)
    read = refused = 0
    for _ in range(4000):
        rows = [
            {name: chance.choice(STRANGE) for name in ("a", "b", "c", "d", "is_impossible")} for _ in range(2)
        ]
        # A column that holds objects is none for a text; one row says that there is such a column.
        rows.append({**dict.fromkeys(rows[0], "x"), "c": [] if objective is Objective.span else "x"})
        try:
            examples = list(to_examples(enumerate(rows, start=1), COLUMNS, objective, Path("a.json")))
        except FileFault as fault:
            str(fault.message).encode()
            fault.message.ko.encode()
            refused += 1
            continue
        found = survey("train", "a.json", examples, complete=True, sample_rows=2)
        for tally in found.tallies.values():
            assert "\n" not in tally.shown
            tally.shown.ko.encode()
        read += 1
    assert read
    assert refused


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_and_a_missing_file(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    for name in (f"folder{suffix}", f"missing{suffix}", "a" * 300 + suffix):
        with pytest.raises(FileFault) as caught:
            RowStream(tmp_path / name)
        assert caught.value.kind is Kind.missing


def test_text_in_parquet_that_is_not_utf_8(tmp_path: Path) -> None:
    array = arrow.array([b"\xff\xfe\xfd"], type=arrow.binary()).view(arrow.string())
    parquet.write_table(arrow.table({"text": array}), tmp_path / "a.parquet")
    assert fault_of(tmp_path / "a.parquet").kind is Kind.malformed
