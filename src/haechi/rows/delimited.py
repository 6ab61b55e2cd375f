"""csv and tsv -> rows. No value is read as missing because it spells "NA", no quote merges rows unseen."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from haechi.rows.encoding import open_text, undecodable
from haechi.rows.fault import BrokenRow, FileFault, Kind, malformed
from haechi.text import Text

csv.field_size_limit(2**31 - 1)
# KLUE's tagged files begin with comments that explain them.
COMMENT = "## "
# So many different values of the last column are remembered, to know one inside of another field.
LAST_VALUES = 1000
# So many fields of several lines are remembered as doubtful.
MOST_DOUBTFUL = 100


def read_csv(path: Path, encoding: str, quoting: bool, *, tolerant: bool = False) -> Iterator[dict[str, Any]]:
    """Rows of a comma-separated file; with `tolerant` a `BrokenRow` for a line that is none."""
    return _read(path, encoding, quoting, ",", tolerant)


def read_tsv(path: Path, encoding: str, quoting: bool, *, tolerant: bool = False) -> Iterator[dict[str, Any]]:
    """Rows of a tab-separated file; one of KLUE's with a token a line gives a row for each sentence."""
    return _read(path, encoding, quoting, "\t", tolerant)


def _read(
    path: Path, encoding: str, quoting: bool, delimiter: str, tolerant: bool
) -> Iterator[dict[str, Any]]:
    try:
        with open_text(path, encoding) as file:
            yield from rows_of(file, path, delimiter, quoting, tolerant=tolerant)
    except UnicodeError as error:
        raise undecodable(path, encoding) from error


def rows_of(
    lines: Iterable[str], path: Path, delimiter: str, quoting: bool, *, tolerant: bool = False
) -> Iterator[dict[str, Any]]:
    """Rows of the lines of a file, its header first.

    With `tolerant` a line with too many or too few fields gives a `BrokenRow`.

    Raises:
        FileFault: a line has too many or too few fields, or a double quote merges lines.
    """
    stream = iter(lines)
    first = next(stream, "")
    stream = _with(first, stream)
    if delimiter == "\t" and first.startswith(COMMENT):
        return sentences_of(stream, path)
    return _fields_of(stream, path, delimiter, quoting, tolerant)


def style(quoting: bool) -> Any:
    """What the csv module is to make of a double quote."""
    return csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _fields_of(
    stream: Iterator[str], path: Path, delimiter: str, quoting: bool, tolerant: bool
) -> Iterator[dict[str, Any]]:
    lines = csv.reader(stream, delimiter=delimiter, quoting=style(quoting), strict=True)
    line, names = 1, list[str]()
    last_values: set[str] = set()
    doubtful: list[_Lines] = []
    try:
        for fields in lines:
            first, line = line, lines.line_num + 1
            if not fields:
                continue
            if not names:
                names = fields
                _check_header(path, first, names)
                continue
            if line - first > 1:
                doubtful = [*doubtful, *_merged_lines(path, first, names, fields, delimiter)][:MOST_DOUBTFUL]
            row = _row(path, first, names, fields, tolerant)
            if row and len(last_values) < LAST_VALUES:
                last_values.add(fields[-1])
            yield row
        for item in doubtful:
            if item.ends <= last_values:
                raise item.fault(path)
    except csv.Error as error:
        raise _merged(
            path,
            Text(
                f"line {line}: a double quote opens a field that does not end well ({error})",
                f"{line}번째 줄: 큰따옴표로 열린 칸이 제대로 닫히지 않습니다 ({error})",
            ),
        ) from error


def _row(path: Path, line: int, names: list[str], fields: list[str], tolerant: bool) -> dict[str, Any]:
    if len(fields) == len(names):
        return dict(zip(names, fields, strict=True))
    fault = _fields_fault(path, line, names, fields)
    if not tolerant:
        raise fault
    return BrokenRow(fault)


def _check_header(path: Path, line: int, names: list[str]) -> None:
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise malformed(
            path,
            f"line {line}: two columns are named `{twice}`",
            f"{line}번째 줄: 두 열의 이름이 `{twice}`입니다",
        )


def _merged(path: Path, message: Text) -> FileFault:
    return FileFault(Kind.malformed, str(path), message, [["task.quoting=false"]], "task.quoting")


class _Lines(NamedTuple):
    """A field of several lines each of which has as many commas as a row needs."""

    line: int
    lines: int
    ends: set[str]
    """What stands behind the last comma of its lines."""

    def fault(self, path: Path) -> FileFault:
        """What to say if they are rows."""
        return _merged(
            path,
            Text(
                f"line {self.line}: a double quote merges {self.lines} lines into one row",
                f"{self.line}번째 줄: 큰따옴표 때문에 {self.lines}줄이 한 행으로 합쳐집니다",
            ),
        )


def _merged_lines(
    path: Path, line: int, names: list[str], fields: list[str], delimiter: str
) -> Iterator[_Lines]:
    """A field of several lines is a text with line ends, or rows that a stray quote has merged.

    In a tsv file no text has tabs of its own. In a csv file the lines are rows where each has its commas
    and ends in what other rows have in their last column, which only the end of the file tells.
    """
    for index, field in enumerate(fields):
        inside = field.splitlines()
        if len(inside) < 2:
            continue
        if delimiter == "\t" and "\t" in field:
            raise _Lines(line, len(inside), set()).fault(path)
        wanted = [len(names) - 1 - index, *[len(names) - 1] * (len(inside) - 2)]
        whole = inside[:-1]
        if index < len(names) - 1 and [part.count(delimiter) for part in whole] == wanted:
            ends = {part.rpartition(delimiter)[2] for part in whole}
            if "" not in ends:
                yield _Lines(line, len(inside), ends)


def _fields_fault(path: Path, line: int, names: list[str], fields: list[str]) -> FileFault:
    return malformed(
        path,
        f"line {line}: {len(fields)} field{'s' if len(fields) > 1 else ''} "
        f"where the header names {len(names)}",
        f"{line}번째 줄: 머리글은 {len(names)}칸인데 {len(fields)}칸이 있습니다",
    )


def sentences_of(lines: Iterable[str], path: Path) -> Iterator[dict[str, Any]]:
    """Sentences of a KLUE file with one character and its tag a line, as `tokens` and `ner_tags`.

    Format: https://github.com/KLUE-benchmark/KLUE, klue_benchmark/klue-ner-v1.1

    Raises:
        FileFault: a line is no token with a tag.
    """
    guid, tokens, tags = "", list[str](), list[str]()
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if line.startswith(COMMENT) or line == COMMENT.rstrip():
            guid = line.removeprefix(COMMENT).partition("\t")[0]
        elif line:
            token, tab, tag = line.rpartition("\t")
            if not tab or not token:
                raise malformed(
                    path,
                    f"line {number}: a token, a tab and a tag are needed",
                    f"{number}번째 줄: 토큰, 탭, 태그가 있어야 합니다",
                )
            tokens.append(token)
            tags.append(tag)
        elif tokens:
            yield {"guid": guid, "tokens": tokens, "ner_tags": tags}
            tokens, tags = [], []
    if tokens:
        yield {"guid": guid, "tokens": tokens, "ner_tags": tags}
