"""Static word vectors from a text file, of which only the words that are needed are kept."""

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from haechi.fault import RunFault
from haechi.study.words import words_of

# Shape suffixes: N sentences, D width.

GZIP = b"\x1f\x8b"
KEY = "study.static_vectors"
AS_TEXT = "gensim: KeyedVectors.save_word2vec_format(FILE, binary=False)"


@dataclass(frozen=True)
class StaticVectors:
    """The vectors of the words that some sentences have."""

    vectors: dict[str, np.ndarray]
    width: int
    covered: float
    """Share of the sentences' words that have a vector."""

    def averages(self, texts: Sequence[str]) -> np.ndarray:
        """The average vector of each text's words (N, D); zeros where none is known."""
        found_ND = np.zeros((len(texts), self.width), np.float32)
        for row, text in enumerate(texts):
            known = [vector for word in words_of(text) if (vector := self._of(word)) is not None]
            if known:
                found_ND[row] = np.mean(known, axis=0)
        return found_ND

    def _of(self, word: str) -> np.ndarray | None:
        vector = self.vectors.get(word)
        return vector if vector is not None else self.vectors.get(word.lower())


def read_static_vectors(path: Path, texts: Iterable[str]) -> StaticVectors:
    """Read the vectors of the words of some texts; the file is read once, line by line.

    GloVe's layout, a word and its numbers on a line, or fastText's and word2vec's with a first line that
    says how many words and how wide; plain or gzipped.

    Raises:
        RunFault: there is no such file, or it is no such file.
    """
    counts: dict[str, int] = {}
    for text in texts:
        for word in words_of(text):
            counts[word] = counts.get(word, 0) + 1
    needed = {form for word in counts for form in (word, word.lower())}
    try:
        with _opened(path) as file:
            vectors, width = _vectors_of(file, path, needed)
    except (OSError, EOFError) as error:
        raise RunFault(
            f"`{path}` cannot be read ({getattr(error, 'strerror', None) or error})",
            [f"`{KEY}` names a text file of word vectors, GloVe's or fastText's .vec"],
            [f"~{KEY}"],
        ) from error
    found = StaticVectors(vectors, width, 0.0)
    covered = sum(count for word, count in counts.items() if found._of(word) is not None)
    if not covered:
        raise RunFault(
            f"`{path}` has a vector for none of the {len(counts):,} words of the sentences",
            ["is it of another language, or of pieces of words?"],
            [f"~{KEY}"],
        )
    return StaticVectors(vectors, width, covered / sum(counts.values()))


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_gzipped = file.read(2) == GZIP
    return cast(BinaryIO, gzip.open(path, "rb") if is_gzipped else path.open("rb"))


def _vectors_of(file: BinaryIO, path: Path, needed: set[str]) -> tuple[dict[str, np.ndarray], int]:
    first = file.readline()
    if b"\0" in first:
        raise _fault(path, 1, "is binary", [f"write it as text; {AS_TEXT}"])
    fields = first.split()
    has_header = len(fields) == 2 and all(field.isdigit() for field in fields)
    width = int(fields[1]) if has_header else len(fields) - 1
    if width < 2:
        raise _fault(path, 1, "has no vector in it", ["a line is a word and its numbers, with spaces"])
    vectors: dict[str, np.ndarray] = {}
    number = 1
    line = file.readline() if has_header else first
    number += has_header
    while line:
        _keep(line, number, path, width, needed, vectors)
        line = file.readline()
        number += 1
    return vectors, width


def _keep(
    line: bytes, number: int, path: Path, width: int, needed: set[str], vectors: dict[str, np.ndarray]
) -> None:
    """Keep the vector of one line if its word is needed; a word may hold spaces, as some of GloVe's do."""
    # fastText ends its lines in a space.
    line = line.rstrip()
    spaces = line.count(b" ")
    if spaces < width:
        if not line:
            return
        notes = [f"its first line has {width}, and every line must have as many"]
        if b"\0" in line:
            notes = [f"it is binary: write it as text; {AS_TEXT}"]
        elif b"\t" in line:
            notes = ["numbers stand between spaces, not tabs"]
        raise _fault(path, number, f"has no {width} numbers behind a word", notes)
    head = line.partition(b" ")[0] if spaces == width else line.rsplit(b" ", width)[0]
    try:
        word = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" in line:
            raise _fault(path, number, "is binary", [f"write it as text; {AS_TEXT}"]) from error
        raise _fault(path, number, "is not UTF-8", ["iconv -f CP949 -t UTF-8 FILE > NEW"]) from error
    if word not in needed or word in vectors:
        return
    try:
        vectors[word] = np.array([float(field) for field in line[len(head) + 1 :].split()], np.float32)
    except ValueError as error:
        raise _fault(path, number, f"has something else than a number ({error})", []) from error


def _fault(path: Path, number: int, said: str, notes: list[str]) -> RunFault:
    return RunFault(f"line {number:,} of `{path}` {said}", notes, [f"~{KEY}"])
