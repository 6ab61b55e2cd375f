"""The header of a safetensors file: names, types and shapes of its tensors.

Format: 8 bytes little-endian header length, the header as JSON, the tensors.
https://huggingface.co/docs/safetensors#format
"""

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from haechi.text import Text

# The reference implementation refuses longer headers.
MAX_HEADER_BYTES = 100_000_000
# Bytes of one number in each type that can hold a NaN.
FLOAT_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


class TensorInfo(NamedTuple):
    """Type and shape of a stored tensor."""

    dtype: str
    """Name in the format: F32, F16, BF16, I64, ..."""
    shape: tuple[int, ...]


class BrokenFile(Exception):
    """A file of a checkpoint is not what its name says. `path` is the file, `why` the fault."""

    def __init__(self, path: Path, why: Text) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def read_header(path: Path) -> dict[str, TensorInfo]:
    """Names, types and shapes of all tensors; checks that the file is as long as they need.

    Raises:
        BrokenFile: the file is cut, too long, empty, a Git LFS pointer or no safetensors file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(b"version "):
            raise BrokenFile(
                path,
                Text(
                    "a Git LFS pointer, not the weights themselves (run `git lfs pull`)",
                    "가중치가 아니라 Git LFS 포인터입니다 (`git lfs pull` 실행)",
                ),
            )
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= MAX_HEADER_BYTES:
            raise BrokenFile(
                path,
                Text(
                    f"no safetensors file ({size:,} bytes)", f"safetensors 파일이 아닙니다 ({size:,}바이트)"
                ),
            )
        if 8 + length > size:
            raise BrokenFile(
                path,
                Text(f"cut within its header, at {size:,} bytes", f"{size:,}바이트에서 머리부터 잘렸습니다"),
            )
        text = file.read(length)
    try:
        content = json.loads(text)
        content.pop("__metadata__", None)
        tensors = {name: TensorInfo(item["dtype"], tuple(item["shape"])) for name, item in content.items()}
        needed = 8 + length + max((int(item["data_offsets"][1]) for item in content.values()), default=0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenFile(
            path,
            Text(
                "no safetensors file: its header cannot be read",
                "safetensors 파일이 아닙니다: 머리를 읽을 수 없습니다",
            ),
        ) from error
    if size < needed:
        raise BrokenFile(
            path,
            Text(f"cut: {size:,} of {needed:,} bytes", f"잘렸습니다: {needed:,}바이트 가운데 {size:,}바이트"),
        )
    if size > needed:
        # The reference implementation refuses this too.
        raise BrokenFile(
            path,
            Text(
                f"longer than its header says: {size:,} bytes where {needed:,} are meant",
                f"머리에 적힌 것보다 깁니다: {needed:,}바이트여야 하는데 {size:,}바이트",
            ),
        )
    return tensors


def non_finite(path: Path, is_wanted: Callable[[str], bool], most_bytes: int) -> list[str]:
    """Names of the wanted tensors that hold a NaN or an infinity; the file is one that `read_header` took.

    Args:
        path: a safetensors file.
        is_wanted: whether a tensor is looked at, by its name.
        most_bytes: how much of the file is read at most; what lies beyond is not looked at.
    """
    found: list[str] = []
    with path.open("rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        content = json.loads(file.read(length))
        for name, item in content.items():
            if name == "__metadata__" or item["dtype"] not in FLOAT_BYTES or not is_wanted(name):
                continue
            start, end = item["data_offsets"]
            most_bytes -= end - start
            if most_bytes < 0:
                break
            file.seek(8 + length + start)
            # A sum of float32 values cannot overflow in double precision, and keeps a NaN or an infinity.
            if not math.isfinite(sum(_numbers(file.read(end - start), item["dtype"]))):
                found.append(name)
    return found


def _numbers(data: bytes, dtype: str) -> tuple[float, ...]:
    if dtype == "BF16":
        # The upper half of a float32.
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[::2], data[1::2]
        data = bytes(wide)
    count = len(data) // (2 if dtype == "F16" else 4)
    return struct.unpack(f"<{count}{'e' if dtype == 'F16' else 'f'}", data)
