"""parquet -> rows."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from haechi.rows.fault import malformed

BATCH_ROWS = 2048
PARTS = 20
# Decoding so many rows takes about a second.
MOST_ROWS_READ = 5_000_000


def read_parquet(path: Path, encoding: str, quoting: bool) -> Iterator[dict[str, Any]]:
    """Rows of a parquet file, batch by batch."""
    for _, batch in _batches(path, None):
        yield from _rows(path, batch)


def sample_parquet(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    """About `limit` rows: of row groups all over the file, the first ones of each.

    A file of few groups is read through, and some rows of each batch are taken.
    """
    groups, rows = _size(path)
    if groups < PARTS and rows <= MOST_ROWS_READ:
        step = max(1, math.ceil(rows / limit))
        for start, batch in _batches(path, None):
            yield from _rows(path, batch.take(list(range(-start % step, batch.num_rows, step))))
        return
    wanted = sorted({groups * index // PARTS for index in range(PARTS)})
    each = max(1, limit // len(wanted))
    for group in wanted:
        for _, batch in islice(_batches(path, [group], each), 1):
            yield from _rows(path, batch)


def _rows(path: Path, batch: Any) -> list[dict[str, Any]]:
    with _named_faults(path):
        return batch.to_pylist()


def _size(path: Path) -> tuple[int, int]:
    """Row groups and rows."""
    import pyarrow.parquet as parquet

    with _named_faults(path), parquet.ParquetFile(path) as file:
        return file.num_row_groups, file.metadata.num_rows


def _batches(path: Path, groups: list[int] | None, rows: int = BATCH_ROWS) -> Iterator[tuple[int, Any]]:
    """Batches, each with the index of its first row among those that are read."""
    import pyarrow.parquet as parquet

    start = 0
    with _named_faults(path), parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows, row_groups=groups):
            yield start, batch
            start += batch.num_rows


@contextmanager
def _named_faults(path: Path) -> Iterator[None]:
    import pyarrow as arrow

    try:
        yield
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        why = why[:1].lower() + why[1:200]
        raise malformed(
            path, f"no readable parquet file ({why})", f"읽을 수 없는 parquet 파일입니다 ({why})"
        ) from error
