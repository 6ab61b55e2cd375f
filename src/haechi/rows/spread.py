"""Rows from all over a long file in which lines are rows, without reading what lies between.

A file that is sorted by label or by source shows one kind of row at its head, so a sample of the head
would say nothing of the rest.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from haechi.rows.delimited import COMMENT, rows_of, sentences_of, style
from haechi.rows.encoding import codec_of, open_text
from haechi.rows.fault import FileFault
from haechi.rows.json_rows import parse_line

Numbered = tuple[int, dict[str, Any]]

BLOCKS = 20
DELIMITERS = {".csv": ",", ".tsv": "\t"}
# Lines of a tagged file for each sentence that is wanted; a sentence of news has about sixty characters.
LINES_A_SENTENCE = 100


def spread(path: Path, encoding: str, quoting: bool, limit: int) -> Iterator[Numbered] | None:
    """About `limit` rows in equal parts from twenty blocks of the file, numbered in the first block.

    None where lines are no rows: a JSON list, fields that span lines, two bytes a character.

    Raises:
        FileFault: one of the first rows is malformed.
    """
    suffix = path.suffix.lower()
    if codec_of(path, encoding).startswith(("utf-16", "utf-32")) or suffix not in {".jsonl", *DELIMITERS}:
        return None
    with open_text(path, encoding) as file:
        tagged = suffix == ".tsv" and file.readline().startswith(COMMENT)
    each = max(1, limit // BLOCKS)
    wanted = each * LINES_A_SENTENCE if tagged else each + (suffix in DELIMITERS)
    blocks = [list(islice(_lines(path, encoding, block), wanted)) for block in range(BLOCKS)]
    if tagged:
        return _sentences(path, blocks, each)
    if suffix == ".jsonl":
        return _objects(path, blocks)
    if quoting and any(line.count('"') % 2 for lines in blocks for line in lines):
        return None  # a field spans lines, so the middle of the file may be the middle of a field
    return _fields(path, blocks, DELIMITERS[suffix], quoting, each)


def _lines(path: Path, encoding: str, block: int) -> Iterator[str]:
    """Whole lines that begin in one of the blocks of a file; a line that cannot be decoded is passed over.

    In UTF-8 and CP949 the byte of a line's end is never a part of another character.
    """
    size = path.stat().st_size
    start, end = size * block // BLOCKS, size * (block + 1) // BLOCKS
    with path.open("rb") as file:
        if block:
            file.seek(start - 1)
            file.readline()
        while file.tell() < end and (line := file.readline()):
            try:
                yield line.decode(encoding).removeprefix("\ufeff")
            except UnicodeError:
                continue  # the training reads every line, and names this one


def _objects(path: Path, blocks: list[list[str]]) -> Iterator[Numbered]:
    head, *rest = blocks
    lines = [(number, line) for number, line in enumerate(head, start=1) if line.strip()]
    for row, (number, line) in enumerate(lines, start=1):
        yield row, parse_line(path, number, line)
    for line in (line for lines in rest for line in lines if line.strip()):
        try:
            yield 0, parse_line(path, 0, line)
        except FileFault:
            continue


def _fields(
    path: Path, blocks: list[list[str]], delimiter: str, quoting: bool, each: int
) -> Iterator[Numbered]:
    names: list[str] = []
    head, *rest = blocks
    for number, row in enumerate(islice(rows_of(head, path, delimiter, quoting), each), start=1):
        names = list(row)
        yield number, row
    for lines in rest:
        rows = csv.reader(lines[:each], delimiter=delimiter, quoting=style(quoting))
        try:
            yield from (
                (0, dict(zip(names, fields, strict=True))) for fields in rows if len(fields) == len(names)
            )
        except csv.Error:
            continue


def _sentences(path: Path, blocks: list[list[str]], each: int) -> Iterator[Numbered]:
    head, *rest = blocks
    yield from enumerate(islice(sentences_of(_whole_sentences(head), path), each), start=1)
    for lines in rest:
        start = next((index for index, line in enumerate(lines) if not line.strip("\r\n")), len(lines))
        try:
            found = islice(sentences_of(_whole_sentences(lines[start:]), path), each)
            yield from ((0, row) for row in found)
        except FileFault:
            continue


def _whole_sentences(lines: list[str]) -> list[str]:
    """Lines up to the last empty one: behind it a sentence may be cut."""
    last = next((index for index in reversed(range(len(lines))) if not lines[index].strip("\r\n")), -1)
    return lines[: last + 1]
