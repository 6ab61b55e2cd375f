"""Pickled weights: names and shapes without running anything, and a fault for whatever else is in there."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from checkpoints import tiny_copy
from haechi.checkpoint.files import open_checkpoint
from haechi.checkpoint.header import BrokenFile, read_header
from haechi.checkpoint.pickled import read_pickle_header


class Calling:
    """What an attacker puts into a pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("parameters", [True, False])
def test_a_pickle_has_the_header_of_the_safetensors_file(
    tmp_path: Path, zipped: bool, parameters: bool
) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    tensors: dict[str, Any] = load_file(folder / "model.safetensors")
    if parameters:
        tensors = {name: torch.nn.Parameter(value) for name, value in tensors.items()}
    torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)
    found = read_pickle_header(folder / "pytorch_model.bin")
    assert found == read_header(folder / "model.safetensors")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool])
def test_types_have_the_names_of_safetensors(tmp_path: Path, dtype: torch.dtype) -> None:
    from safetensors.torch import save_file

    tensors = {"a": torch.ones(2, 3).to(dtype)}
    torch.save(tensors, tmp_path / "a.bin")
    save_file(tensors, tmp_path / "a.safetensors")
    assert read_pickle_header(tmp_path / "a.bin") == read_header(tmp_path / "a.safetensors")


@pytest.mark.parametrize("zipped", [True, False])
def test_what_a_pickle_would_call_is_named_and_not_called(tmp_path: Path, zipped: bool) -> None:
    path, made = tmp_path / "pytorch_model.bin", tmp_path / "made"
    content = {"a": torch.ones(2), "b": Calling(made)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(BrokenFile, match=r"would call `(posix|nt)\.mkdir`"):
        read_pickle_header(path)
    assert not made.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"junk", b"version https://git-lfs.github.com/spec/v1"]
)
def test_something_else_is_a_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(content)
    with pytest.raises(BrokenFile, match="no pickle of weights"):
        read_pickle_header(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_file_is_a_fault(tmp_path: Path, share: float) -> None:
    path = tmp_path / "pytorch_model.bin"
    torch.save({"a": torch.ones(1000)}, path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(BrokenFile):
        read_pickle_header(path)


@pytest.mark.parametrize("content", [{"model": {"a": torch.ones(2)}}, [torch.ones(2)], {"step": 3}])
def test_weights_are_looked_for_where_transformers_looks(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "pytorch_model.bin"
    torch.save(content, path)
    with pytest.raises(BrokenFile):
        read_pickle_header(path)


def test_a_folder_counts_its_pickle_only_where_it_may(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    both = open_checkpoint(folder, pickle=True)
    assert both.has_weights
    assert not both.is_pickle
    (folder / "model.safetensors").unlink()
    refused, allowed = open_checkpoint(folder), open_checkpoint(folder, pickle=True)
    assert refused.has_pickle
    assert not refused.has_weights
    assert refused.tensors == {}
    assert allowed.has_weights
    assert allowed.is_pickle
    assert allowed.tensors == both.tensors
