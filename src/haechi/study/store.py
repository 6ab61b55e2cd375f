"""Vectors on disk: written as batches come, read one cell at a time, so that memory holds one cell."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from haechi.fault import RunFault

# Shape suffixes: N sentences, D width.

Key = tuple[str, int]
"""What is stored: the name of a pooling and its layer, -1 where it has none."""


class Store:
    """float32 vectors of N sentences for each key, in one file without a name.

    float32 and not float16, which would keep three digits of a vector: a cell must be what training's own
    pooling gives. Written and read by calls and not by a map of the file, whose pages would count as memory
    of the process.
    """

    def __init__(self, path: Path, order_N: np.ndarray, widths: Mapping[Key, int]) -> None:
        """Make the file.

        Args:
            path: of the file.
            order_N: numbers of the sentences in the order in which they are read.
            widths: of the vectors of each key.

        Raises:
            RunFault: the disk has not the room.
        """
        self.order_N, self.widths = order_N, dict(widths)
        sentences = len(order_N)
        self._starts: dict[Key, int] = {}
        end = 0
        for key, width in self.widths.items():
            self._starts[key] = end
            end += sentences * width * 4
        self.bytes = end
        free = shutil.disk_usage(path.parent).free
        if free < end:
            raise RunFault(
                f"the vectors need {end / 1e9:.1f} GB while the study runs, and `{path.parent}` has "
                f"{free / 1e9:.1f} GB",
                ["HAECHI_OUTPUTS names another disk; fewer rows or layers need less"],
                [f"study.max_rows={max(20, sentences // 8)}", "study.layers=[0,-1]"],
            )
        self._file: BinaryIO = path.open("w+b", buffering=0)
        # Without a name it is gone however the process ends, even by a kill.
        path.unlink()

    def write(self, key: Key, start: int, vectors_BD: np.ndarray) -> None:
        """Keep the vectors of the sentences that were read as number `start` and following."""
        rows = np.ascontiguousarray(vectors_BD, dtype=np.float32)
        at = self._starts[key] + start * self.widths[key] * 4
        _write_all(self._file.fileno(), memoryview(rows.data).cast("B"), at)

    def read(self, key: Key) -> np.ndarray:
        """All vectors of a key, in the order of the sentences: (N, D) in float32."""
        width, count = self.widths[key], len(self.order_N)
        self._file.seek(self._starts[key])
        read_ND = np.fromfile(self._file, np.float32, count * width).reshape(count, width)
        found_ND = np.empty_like(read_ND)
        found_ND[self.order_N] = read_ND
        return found_ND

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _write_all(handle: int, content: memoryview, start: int) -> None:
    while content:
        written = os.pwrite(handle, content, start)
        content, start = content[written:], start + written
