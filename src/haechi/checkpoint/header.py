"""The header of a safetensors file: names, types and shapes of its tensors.

Format: 8 bytes little-endian header length, the header as JSON, the tensors.
https://huggingface.co/docs/safetensors#format
"""

import json
import struct
from pathlib import Path
from typing import NamedTuple

# The reference implementation refuses longer headers.
MAX_HEADER_BYTES = 100_000_000


class TensorInfo(NamedTuple):
    """Type and shape of a stored tensor."""

    dtype: str
    """Name in the format: F32, F16, BF16, I64, ..."""
    shape: tuple[int, ...]


class BrokenFile(Exception):
    """A file of a checkpoint is not what its name says. `path` is the file, `why` the fault."""

    def __init__(self, path: Path, why: str) -> None:
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
            raise BrokenFile(path, "a Git LFS pointer, not the weights themselves (run `git lfs pull`)")
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= MAX_HEADER_BYTES:
            raise BrokenFile(path, f"no safetensors file ({size:,} bytes)")
        if 8 + length > size:
            raise BrokenFile(path, f"cut within its header, at {size:,} bytes")
        text = file.read(length)
    try:
        content = json.loads(text)
        content.pop("__metadata__", None)
        tensors = {name: TensorInfo(item["dtype"], tuple(item["shape"])) for name, item in content.items()}
        needed = 8 + length + max((int(item["data_offsets"][1]) for item in content.values()), default=0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenFile(path, "no safetensors file: its header cannot be read") from error
    if size < needed:
        raise BrokenFile(path, f"cut: {size:,} of {needed:,} bytes")
    if size > needed:
        # The reference implementation refuses this too.
        raise BrokenFile(path, f"longer than its header says: {size:,} bytes where {needed:,} are meant")
    return tensors
