"""Lines of a stream: the same as a file's, as soon as they are there."""

import io
import os

import pytest

from haechi.predict.lines import AT_ONCE, Lines


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"a", b"a\n", b"a\n\nb", b"a\r\nb\n", b"x" * (2 * AT_ONCE) + b"\nb\n"]
)
def test_lines_are_those_that_python_would_give(content: bytes) -> None:
    assert list(Lines(io.BytesIO(content))) == [line.rstrip(b"\n") for line in io.BytesIO(content)]


def test_a_line_that_is_not_whole_makes_a_pause_and_one_that_is_none() -> None:
    ours, there = os.pipe()
    with os.fdopen(ours, "rb") as stream, os.fdopen(there, "wb", buffering=0) as writer:
        lines = Lines(stream)
        found = iter(lines)
        writer.write(b"one\ntwo\nthr")
        assert next(found) == b"one"
        assert not lines.pause()
        assert next(found) == b"two"
        assert lines.pause()
        writer.write(b"ee\n")
        assert not lines.pause()
        assert next(found) == b"three"
        writer.close()
        assert not lines.pause()
        assert list(found) == []
