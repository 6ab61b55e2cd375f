"""Data files -> rows: csv, tsv, json, jsonl and parquet, with the line named when something is wrong.

Nothing is guessed: no value is read as missing because it spells "NA", no quote merges two rows
unseen, and text in another encoding is refused with the name of that encoding.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from haechi.rows import json_rows
from haechi.rows.delimited import read_csv, read_tsv
from haechi.rows.fault import FileFault, Kind
from haechi.rows.json_rows import read_json, read_jsonl
from haechi.rows.parquet_rows import read_parquet, sample_parquet
from haechi.rows.spread import spread
from haechi.text import Text

Row = dict[str, Any]
Numbered = tuple[int, Row]
Reader = Callable[..., Iterator[Row]]
"""Takes a path, its encoding and whether double quotes quote."""

# Smaller files are read whole even when a sample would do, so that counts are exact.
WHOLE_BYTES = 16 * 2**20


class Table(NamedTuple):
    """Rows of one file."""

    rows: list[Row]
    columns: list[str]
    complete: bool
    """Whether these are all rows of the file."""


class RowStream:
    """The rows of one file, one at a time, with their numbers.

    Iterating gives (number of the row in its file from 1, row); the number is 0 where only the file up to
    there would tell. Nothing is kept, so a file of any length costs the memory of one row.
    """

    def __init__(
        self,
        path: Path,
        encoding: str = "utf-8",
        quoting: bool = True,
        limit: int | None = None,
        *,
        tolerant: bool = False,
    ) -> None:
        """Look at the file, and refuse what cannot be read at all.

        Args:
            path: the file; its suffix tells the format.
            encoding: text encoding; a UTF-8 byte order mark is skipped.
            quoting: whether a double quote opens a quoted field in csv and tsv.
            limit: give about so many rows from all over the file, unless it is small; None gives all.
            tolerant: whether a line of csv, tsv or jsonl that is no row gives a `BrokenRow`, so that the
                rest of the file can be read.

        Raises:
            FileFault: the file is missing, empty, or of a format that is not read.
        """
        reader = _reader(path)
        self._reader: Reader = partial(reader, tolerant=True) if tolerant and reader in LINES else reader
        self.path, self.encoding, self.quoting = path, encoding, quoting
        small = path.stat().st_size <= WHOLE_BYTES
        self.limit = None if small else limit
        self.complete = self.limit is None
        """Whether these are all rows of the file."""

    def __iter__(self) -> Iterator[Numbered]:
        """The rows.

        Raises:
            FileFault: a row is malformed, the text is in another encoding, or there are no rows.
        """
        if self.limit is None:
            rows: Iterator[Numbered] = enumerate(
                self._reader(self.path, self.encoding, self.quoting), start=1
            )
        else:
            rows = self._spread(self.limit)
        first = next(rows, None)
        if first is None:
            raise FileFault(
                Kind.empty, str(self.path), Text("the file holds no rows", "파일에 행이 없습니다")
            )
        yield first
        yield from rows

    def _spread(self, limit: int) -> Iterator[Numbered]:
        """Rows from all over the file, as far as its format lets one reach them."""
        if self._reader is read_parquet:
            yield from ((0, row) for row in sample_parquet(self.path, limit))
            return
        found = spread(self.path, self.encoding, self.quoting, limit)
        if found is not None:
            yield from found
            return
        rows = enumerate(self._reader(self.path, self.encoding, self.quoting), start=1)
        if self._reader is read_json and self.path.stat().st_size <= json_rows.WHOLE_BYTES:
            # The list is in memory anyway.
            listed = list(rows)
            yield from listed[:: max(1, math.ceil(len(listed) / limit))]
        else:
            yield from islice(rows, limit)


def read_table(path: Path, encoding: str = "utf-8", quoting: bool = True, limit: int | None = None) -> Table:
    """All rows of a data file, or about `limit` of a long one, as a list; see `RowStream`."""
    stream = RowStream(path, encoding, quoting, limit)
    rows = [row for _, row in stream]
    columns = list(dict.fromkeys(key for row in rows[:100] for key in row))
    return Table(rows, columns, stream.complete)


def _reader(path: Path) -> Reader:
    """The reader for a file, after a look at whether there is one."""
    name = str(path)
    what: Text | None = None
    try:
        if path.is_dir():
            what = Text("is a folder, not a file", "파일이 아니라 폴더입니다")
        elif not path.is_file():
            what = Text("there is no such file", "그런 파일이 없습니다")
    except OSError as error:  # a name that is too long, a folder that may not be entered
        what = Text(f"cannot be opened ({error.strerror})", f"열 수 없습니다 ({error.strerror})")
    if what is not None:
        if not path.is_absolute():
            what = Text(f"{what} (looked in {Path.cwd()})", f"{what.ko} (찾은 곳: {Path.cwd()})")
        raise FileFault(Kind.missing, name, what)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = " ".join(sorted(_READERS))
        raise FileFault(
            Kind.format, name,
            Text(
                f"the suffix `{path.suffix}` is none of {known}",
                f"확장자 `{path.suffix}`은(는) {known} 가운데 하나가 아닙니다",
            ),
        )  # fmt: skip
    try:
        if path.stat().st_size == 0:
            raise FileFault(Kind.empty, name, Text("the file is empty", "파일이 비어 있습니다"))
        path.open("rb").close()
    except OSError as error:
        raise FileFault(
            Kind.missing, name,
            Text(f"cannot be opened ({error.strerror})", f"열 수 없습니다 ({error.strerror})"),
        ) from error  # fmt: skip
    return reader


_READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
}
SUFFIXES = tuple(_READERS)
LINES: tuple[Reader, ...] = (read_csv, read_tsv, read_jsonl)
"""Readers that can go on behind a line that is no row."""
