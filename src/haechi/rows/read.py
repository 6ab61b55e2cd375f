"""Data files -> rows: csv, tsv, json, jsonl and parquet, with the line named when something is wrong.

Nothing is guessed: no value is read as missing because it spells "NA", no quote merges two rows
unseen, and text in another encoding is refused with the name of that encoding.
"""

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from haechi.rows.fault import FileFault, Kind

Row = dict[str, Any]

# Smaller files are read whole even when a sample would do, so that counts are exact.
WHOLE_BYTES = 16 * 2**20
csv.field_size_limit(2**31 - 1)


class Table(NamedTuple):
    """Rows of one file."""

    rows: list[Row]
    columns: list[str]
    complete: bool
    """Whether these are all rows of the file."""


def read_table(path: Path, encoding: str = "utf-8", quoting: bool = True, limit: int | None = None) -> Table:
    """Read a data file; its suffix tells the format.

    Args:
        path: the file.
        encoding: text encoding; a UTF-8 byte order mark is skipped.
        quoting: whether a double quote opens a quoted field in csv and tsv.
        limit: stop after so many rows, unless the file is small; None reads all.

    Raises:
        FileFault: the file is missing, empty, in another encoding or malformed.
    """
    name = str(path)
    try:
        what = (
            "is a folder, not a file"
            if path.is_dir()
            else None
            if path.is_file()
            else "there is no such file"
        )
    except OSError as error:  # a name that is too long, a folder that may not be entered
        what = f"cannot be opened ({error.strerror})"
    if what:
        raise FileFault(
            Kind.missing, name, what if path.is_absolute() else f"{what} (looked in {Path.cwd()})"
        )
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = " ".join(sorted(_READERS))
        raise FileFault(Kind.format, name, f"the suffix `{path.suffix}` is none of {known}")
    if path.stat().st_size == 0:
        raise FileFault(Kind.empty, name, "the file is empty")
    if path.stat().st_size <= WHOLE_BYTES:
        limit = None
    stream = reader(path, encoding, quoting)
    rows = list(islice(stream, limit))
    complete = limit is None or next(stream, None) is None
    if not rows:
        raise FileFault(Kind.empty, name, "the file holds no rows")
    columns = list(dict.fromkeys(key for row in rows[:100] for key in row))
    return Table(rows, columns, complete)


def _open(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a text file after a look at its first bytes."""
    try:
        codec = codecs.lookup(encoding).name
        "".encode(codec)  # base64 and its like are no text encodings
    except (LookupError, ValueError):
        raise FileFault(
            Kind.encoding, str(path), f"there is no text encoding `{encoding}`", [["task.encoding=utf-8"]],
            "task.encoding",
        ) from None  # fmt: skip
    with path.open("rb") as file:
        head = file.read(4096)
    wide = codec.startswith(("utf-16", "utf-32"))
    found = _utf16(head)
    if not wide and found:
        raise _other_encoding(path, found, encoding)
    if not codec.startswith("utf-8") and _is_utf8(head):
        raise _other_encoding(path, "utf-8", encoding)
    if wide and found == "utf-16":
        codec = found  # the mark at the beginning says the order of the bytes, and is no part of the text
    return path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline="")


def _is_utf8(head: bytes) -> bool:
    """Whether the first bytes can hardly be anything else: not only ASCII, and every sequence is right."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Text in UTF-16 without a mark: every ASCII character has a zero byte at its side.
    if head.count(0) > len(head) // 20:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return None


def _other_encoding(path: Path, found: str, encoding: str) -> FileFault:
    return FileFault(
        Kind.encoding, str(path), f"the text is {found.upper()}, not {encoding.upper()}",
        [[f"task.encoding={found}"]], "task.encoding",
    )  # fmt: skip


def _undecodable(path: Path, encoding: str) -> FileFault:
    data = path.read_bytes()
    for candidate in ("utf-8", "cp949"):
        if _first_wrong(data, candidate) is None:
            return _other_encoding(path, candidate, encoding)
    start = _first_wrong(data, encoding) or 0
    line = data.count(b"\n", 0, start) + 1
    column = start - (data.rfind(b"\n", 0, start) + 1) + 1
    return FileFault(
        Kind.encoding, str(path),
        f"line {line}, byte {column} is not {encoding.upper()}, "
        "and the file as a whole is neither UTF-8 nor CP949",
        setting="task.encoding",
    )  # fmt: skip


def _first_wrong(data: bytes, encoding: str) -> int | None:
    """Offset of the first byte that is not text in an encoding; None when all are."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    except UnicodeError:
        return 0
    return None


def _delimited(delimiter: str) -> Callable[[Path, str, bool], Iterator[Row]]:
    def read(path: Path, encoding: str, quoting: bool) -> Iterator[Row]:
        style = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
        with _open(path, encoding) as file:
            lines = csv.reader(file, delimiter=delimiter, quoting=style, strict=True)
            start = 1
            try:
                header = next(lines, [])
                _check_header(path, header)
                start = lines.line_num + 1
                for fields in lines:
                    start, first = lines.line_num + 1, start
                    if fields:
                        _check_fields(path, first, header, fields, delimiter)
                        yield dict(zip(header, fields, strict=True))
            except UnicodeError as error:
                raise _undecodable(path, encoding) from error
            except csv.Error as error:
                raise FileFault(
                    Kind.malformed, str(path),
                    f"line {start}: a double quote opens a field that does not end well ({error})",
                    [["task.quoting=false"]], "task.quoting",
                ) from error  # fmt: skip

    return read


def _check_header(path: Path, header: list[str]) -> None:
    twice = next((name for index, name in enumerate(header) if name in header[:index]), None)
    if twice is not None:
        raise FileFault(Kind.malformed, str(path), f"line 1: two columns are named `{twice}`")


def _check_fields(path: Path, line: int, header: list[str], fields: list[str], delimiter: str) -> None:
    merged = next((field for field in fields if "\n" in field and delimiter == "\t" and "\t" in field), None)
    if merged is not None:
        raise FileFault(
            Kind.malformed, str(path),
            f"line {line}: a double quote merges {merged.count(chr(10)) + 1} lines into one row",
            [["task.quoting=false"]], "task.quoting",
        )  # fmt: skip
    if len(fields) != len(header):
        raise FileFault(
            Kind.malformed,
            str(path),
            f"line {line}: {len(fields)} field{'s' if len(fields) > 1 else ''} "
            f"where the header names {len(header)}",
        )


def _json(path: Path, encoding: str, quoting: bool) -> Iterator[Row]:
    try:
        with _open(path, encoding) as file:
            content = json.load(file)
    except UnicodeError as error:
        raise _undecodable(path, encoding) from error
    except json.JSONDecodeError as error:
        raise FileFault(
            Kind.malformed, str(path), f"line {error.lineno}, column {error.colno}: {_lower(error.msg)}"
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, endless brackets
        raise FileFault(
            Kind.malformed, str(path), f"the JSON cannot be read ({_lower(str(error))})"
        ) from error
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        content = content["data"]
    if not isinstance(content, list):
        raise FileFault(Kind.malformed, str(path), "the file holds no list of rows")
    for number, row in enumerate(content, start=1):
        if not isinstance(row, dict):
            raise FileFault(Kind.malformed, str(path), f"row {number} is no object with named values")
        yield row


def _jsonl(path: Path, encoding: str, quoting: bool) -> Iterator[Row]:
    with _open(path, encoding) as file:
        number = 0
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    row = json.loads(line.rstrip("\r\n"))
                    if not isinstance(row, dict):
                        raise FileFault(
                            Kind.malformed, str(path), f"line {number} is no object with named values"
                        )
                    yield row
        except UnicodeError as error:
            raise _undecodable(path, encoding) from error
        except json.JSONDecodeError as error:
            raise FileFault(
                Kind.malformed, str(path), f"line {number}, column {error.colno}: {_lower(error.msg)}"
            ) from error
        except (ValueError, RecursionError) as error:
            raise FileFault(
                Kind.malformed, str(path), f"line {number}: the JSON cannot be read ({_lower(str(error))})"
            ) from error


def _parquet(path: Path, encoding: str, quoting: bool) -> Iterator[Row]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=2048):
                yield from batch.to_pylist()
    except (arrow.ArrowException, OSError) as error:
        raise FileFault(
            Kind.malformed, str(path), f"no readable parquet file ({_lower(str(error))})"
        ) from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


_READERS: dict[str, Callable[[Path, str, bool], Iterator[Row]]] = {
    ".csv": _delimited(","),
    ".tsv": _delimited("\t"),
    ".json": _json,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
SUFFIXES = tuple(_READERS)
