"""Columns of a split in a file: what comes out is what went in, or nothing does."""

import json
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haechi.data.split import ContextTokens
from haechi.data.token_file import Unfit, read_columns, write_columns

KEY = "0" * 32
FEW: dict[str, list[Any]] = {"input_ids": [[2, 3], [4]], "rows": [0, 1]}
COLUMNS: dict[str, list[Any]] = {
    "input_ids": [[2, 250_001, 3], [], [2, 3]],
    "token_type_ids": [array("b", [0, 1]), array("b"), array("b", [1])],
    "labels": [0.1, 1 / 3, -2.5],
    "entity_starts": [(1, 4), (-1, -1), (0, 300)],
    "carriers": [array("i", [-1, 2**31 - 1]), array("i"), array("i", [5])],
    "rows": [0, 1, 1],
    "contexts": [
        ContextTokens(0, 0, array("i"), array("i")),
        ContextTokens(7, 1, array("i", [0, 40_000]), array("i", [3, 40_001])),
        ContextTokens(7, 0, array("i", [1]), array("i", [2])),
    ],
}


def written(path: Path, **columns: list[Any]) -> bytes:
    write_columns(path, KEY, columns or COLUMNS)
    return path.read_bytes()


def kinds(values: list[Any]) -> list[Any]:
    """Types of the items, those of arrays with what they hold."""
    return [(type(item), getattr(item, "typecode", None)) for item in values]


def test_columns_come_back_in_their_types(tmp_path: Path) -> None:
    written(tmp_path / "a")
    found = read_columns(tmp_path / "a", KEY)
    assert found == COLUMNS
    assert {name: kinds(values) for name, values in found.items()} == {
        name: kinds(values) for name, values in COLUMNS.items()
    }
    assert kinds([context.starts for context in found["contexts"]]) == [(array, "i")] * 3


@pytest.mark.parametrize(
    ("labels", "number"),
    [([127, 0], "I8"), ([-129, 0], "I16"), ([40_000, 0], "I32"), ([2**31, -1], "I64"), ([1.0, 2.0], "F64")],
)
def test_numbers_take_the_least_room(tmp_path: Path, labels: list[Any], number: str) -> None:
    content = written(tmp_path / "a", labels=labels)
    assert json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["labels"]["dtype"] == number
    assert read_columns(tmp_path / "a", KEY)["labels"] == labels


def test_the_file_is_a_safetensors_file(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    written(tmp_path / "a")
    tensors = load_file(tmp_path / "a")
    assert tensors["input_ids"].tolist() == [2, 250_001, 3, 2, 3]
    assert tensors["input_ids.lengths"].tolist() == [3, 0, 2]


@pytest.mark.parametrize(
    "column",
    [
        [1, 0.5], [[1], array("i", [1])], [array("i", [1]), array("b", [1])], [array("d", [0.5])],
        [[0.5]], [["가"]], [(1, 2, 3)], ["가"], [True, False], [[True]], [None], [{}],
    ],
    ids=repr,
)  # fmt: skip
def test_a_column_that_would_come_back_as_something_else_is_refused(tmp_path: Path, column: list) -> None:
    with pytest.raises(Unfit, match="`labels` holds "):
        written(tmp_path / "a", labels=column)


def test_any_byte_that_was_changed_is_found(tmp_path: Path) -> None:
    """Of the header too, apart from what says the same thing in another way."""
    content = written(tmp_path / "a", **FEW)
    path = tmp_path / "b"
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            found = read_columns(path, KEY)
        except Exception:  # whoever reads it catches whatever it is
            continue
        assert found == FEW, place


def test_a_file_that_was_cut_anywhere_is_found(tmp_path: Path) -> None:
    content = written(tmp_path / "a", **FEW)
    path = tmp_path / "b"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises((Unfit, LookupError, ValueError)):
            read_columns(path, KEY)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: b"", "it is no safetensors file"),
        (lambda content: b"\0" * len(content), "it is no safetensors file"),
        (lambda content: b"\x89PNG\r\n\x1a\n" * 100, "it is no safetensors file"),
        (lambda content: content.replace(b"haechi.tokens.1", b"haechi.tokens.0"), "another file"),
        (lambda content: content.replace(KEY.encode(), b"1" * 32), "another file"),
        (lambda content: content[:8] + b"[" + content[9:], "its header cannot be read"),
        (lambda content: content[:-1], "it is cut"),
        (lambda content: content[:-1] + b"\x7f", "not those that were written"),
    ],
)
def test_why_a_file_is_refused(tmp_path: Path, change: Callable[[bytes], bytes], why: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(change(written(path, rows=[0, 1, 2])))
    with pytest.raises(Unfit, match=why):
        read_columns(path, KEY)


def test_what_is_not_there_is_said_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_columns(tmp_path / "a", KEY)
