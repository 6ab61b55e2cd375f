"""Lines of a stream as they come: a program may keep the stream open and wait for its answers."""

import io
import select
from collections import deque
from collections.abc import Iterator

AT_ONCE = 2**16
"""Bytes that are read at once; more than Python's reader holds back, which select() would not see."""
GRACE = 0.05
"""Seconds without a further line that make a pause. What a program writes in one go comes without one."""


class Lines:
    """The lines of a stream, and whether the next one is on its way."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        """Nothing is read yet."""
        self._stream = stream
        self._whole: deque[bytes] = deque()
        self._begun: list[bytes] = []
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        """Each line, as soon as it is there."""
        while True:
            while not self._whole and not self._ended:
                self._read()
            if not self._whole:
                return
            yield self._whole.popleft()

    def pause(self) -> bool:
        """Whether whoever writes the lines has stopped for now, and may wait for an answer."""
        while not self._whole and not self._ended:
            if not self._is_readable():
                return True
            self._read()
        return False

    def _is_readable(self) -> bool:
        try:
            return bool(select.select([self._stream], [], [], GRACE)[0])
        except io.UnsupportedOperation:  # bytes in memory
            return True

    def _read(self) -> None:
        data = self._stream.read1(AT_ONCE)
        self._ended = not data
        self._begun.append(data)
        if self._ended or b"\n" in data:
            *whole, begun = b"".join(self._begun).split(b"\n")
            if self._ended and begun:
                whole.append(begun)
            self._whole.extend(whole)
            self._begun = [begun]
