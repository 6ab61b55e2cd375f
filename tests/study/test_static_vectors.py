"""Static word vectors: GloVe's and fastText's files as they are, and one diagnostic for every other file."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from haechi.fault import RunFault
from haechi.study.static_vectors import read_static_vectors

TEXTS = ["비가 온다", "눈이 온다!", "모른다"]
LINES = "비가 1 0\n온다 0 1\n바람이 5 5\n"


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("header", ["", "3 2\n"])
def test_the_words_that_are_needed_are_averaged(tmp_path: Path, header: str) -> None:
    found = read_static_vectors(write(tmp_path / "v.txt", header + LINES), TEXTS)
    assert set(found.vectors) == {"비가", "온다"}
    assert found.averages(TEXTS).tolist() == [[0.5, 0.5], [0, 1], [0, 0]]
    assert found.covered == pytest.approx(3 / 5)


def test_fasttexts_trailing_spaces_and_gloves_words_with_spaces_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "v.vec", "온다 0 1 \n. . . 2 2\n비가 1 0 \n")
    assert read_static_vectors(path, TEXTS).averages(TEXTS[:1]).tolist() == [[0.5, 0.5]]


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "v.gz"
    path.write_bytes(gzip.compress(LINES.encode()))
    assert read_static_vectors(path, TEXTS).width == 2


def test_a_word_is_looked_up_in_its_own_case_and_then_in_lower_case(tmp_path: Path) -> None:
    path = write(tmp_path / "v.txt", "KBS 1 1\nkbs 2 2\nmbc 3 3\n")
    assert read_static_vectors(path, ["KBS", "MBC"]).averages(["KBS", "MBC"]).tolist() == [[1, 1], [3, 3]]


def test_memory_holds_the_words_that_are_needed_and_no_more(tmp_path: Path) -> None:
    numbers = " ".join("0.123" for _ in range(100))
    path = write(tmp_path / "v.txt", "".join(f"낱말{index} {numbers}\n" for index in range(20_000)))
    tracemalloc.start()
    read_static_vectors(path, ["낱말7 낱말8"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 < path.stat().st_size


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01binary", "line 1 .* is binary"),
        (b"2 3\n\x00\x01\x02", "has no 3 numbers"),
        ("비가 1 0\n".encode("cp949"), "line 1 .* is not UTF-8"),
        ("비가 1 0\n눈이 1\n".encode(), "line 2 .* has no 2 numbers"),
        ("비가 1 0\n온다\t1\t2\n".encode(), "line 2 .* has no 2 numbers"),
        ("비가 1 하나\n".encode(), "line 1 .* something else than a number"),
        (b"", "has no vector in it"),
        ("바람이 1 0\n".encode(), "has a vector for none of the 4 words"),
    ],
)
def test_another_file_is_one_diagnostic(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    with pytest.raises(RunFault, match=said) as raised:
        read_static_vectors(path, TEXTS)
    assert "~study.static_vectors" in raised.value.text


def test_a_missing_file_and_a_folder_are_diagnostics(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(RunFault, match="cannot be read"):
            read_static_vectors(path, TEXTS)


def test_vectors_are_float32(tmp_path: Path) -> None:
    found = read_static_vectors(write(tmp_path / "v.txt", LINES), TEXTS)
    assert found.averages(TEXTS).dtype == np.float32
