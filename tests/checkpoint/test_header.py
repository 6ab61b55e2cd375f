"""A safetensors header is read without the library, and refused wherever the library would refuse it."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from haechi.checkpoint.header import BrokenFile, TensorInfo, read_header

TENSORS = {
    "embeddings.weight": np.arange(8, dtype=np.float32).reshape(4, 2),
    "pooler.bias": np.zeros(3, np.float16),
    "position_ids": np.arange(5, dtype=np.int64),
}
WHOLE = {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32]}


def written(path: Path, header: Any, data: bytes = b"\0" * 32) -> Path:
    """A file with any JSON as its header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def why(path: Path) -> str:
    """The fault of a broken file; the library refuses it too."""
    with pytest.raises(BrokenFile) as fault:
        read_header(path)
    assert fault.value.path == path
    if path.name.endswith(".safetensors"):
        with pytest.raises(SafetensorError):
            load_file(path)
    return fault.value.why


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_file(TENSORS, path, metadata={"format": "pt"})
    return path


def test_names_types_and_shapes_are_those_that_were_written(file: Path) -> None:
    assert read_header(file) == {
        "embeddings.weight": TensorInfo("F32", (4, 2)),
        "pooler.bias": TensorInfo("F16", (3,)),
        "position_ids": TensorInfo("I64", (5,)),
    }


def test_a_file_of_the_exact_size_is_whole_also_without_tensors(tmp_path: Path) -> None:
    assert read_header(written(tmp_path / "a.safetensors", {"x": WHOLE})) == {"x": TensorInfo("F32", (4, 2))}
    assert read_header(written(tmp_path / "b.safetensors", {"__metadata__": {"format": "pt"}}, b"")) == {}


@pytest.mark.parametrize("missing", [1, 20, 70])
def test_a_cut_file_is_told_with_both_sizes(file: Path, missing: int) -> None:
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-missing])
    assert why(file) == f"cut: {size - missing:,} of {size:,} bytes"


def test_a_file_cut_within_its_header_is_told(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])
    assert why(file) == "cut within its header, at 100 bytes"


def test_bytes_after_the_last_tensor_are_a_fault(file: Path) -> None:
    size = file.stat().st_size
    file.write_bytes(file.read_bytes() + b"\0" * 8)
    assert why(file) == f"longer than its header says: {size + 8:,} bytes where {size:,} are meant"


def test_a_git_lfs_pointer_names_the_command_that_fetches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 442515\n")
    assert why(path) == "a Git LFS pointer, not the weights themselves (run `git lfs pull`)"


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\0" * 7, b"\0" * 64, b"\x01" + b"\0" * 7, b"<!DOCTYPE html><html></html>"],
    ids=["empty", "one byte", "seven bytes", "zeros", "header of one byte", "a web page"],
)
def test_what_is_no_safetensors_file_is_told_with_its_size(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert why(path) == f"no safetensors file ({len(content):,} bytes)"


def test_a_pickle_under_a_safetensors_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"PK\x03\x04\x00\x00\x08\x08" + b"\0" * 200)
    assert "no safetensors file" in why(path) or "cut within its header" in why(path)


@pytest.mark.parametrize(
    "header",
    [
        b"{broken",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        None,
        "text",
        [1],
        {"x": "text"},
        {"x": {**WHOLE, "shape": None}},
        {"x": {**WHOLE, "data_offsets": []}},
        {"x": {**WHOLE, "data_offsets": ["0", "b"]}},
        {"x": {"dtype": "F32", "shape": [4, 2]}},
    ],
    ids=[
        "no JSON", "no UTF-8", "nested without end", "null", "a string", "a list", "no tensor", "no shape",
        "no offsets", "text for offsets", "offsets missing",
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_one_fault(tmp_path: Path, header: Any) -> None:
    path = written(tmp_path / "model.safetensors", header)
    assert why(path) == "no safetensors file: its header cannot be read"
