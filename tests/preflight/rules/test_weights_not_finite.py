"""MODEL013: NaN and infinity in the norms."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from checkpoints import edit_weights, in_shards, local, tiny_copy
from haechi.checkpoint.header import non_finite
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL013"
NORM = "encoder.layer.1.output.LayerNorm.weight"


def example(tmp_path: Path) -> list[str]:
    """One value of one norm."""
    return spoilt(tmp_path, NORM, np.nan)


def spoilt(tmp_path: Path, name: str, value: float, kind: type = np.float32) -> list[str]:
    """A checkpoint with one value replaced."""
    folder = tiny_copy(tmp_path / "checkpoint")

    def change(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        tensors[name].flat[-1] = value
        return {key: array.astype(kind) for key, array in tensors.items()}

    edit_weights(folder, change)
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert f"1 norms, the first `{NORM}`" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_every_value_and_type(tmp_path: Path, value: float, kind: type) -> None:
    assert NORM in finding(spoilt(tmp_path, NORM, value, kind), CODE).message


def test_the_largest_numbers_are_finite(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def fill(tensors: dict[str, np.ndarray]) -> None:
        for name, array in tensors.items():
            if "LayerNorm" in name:
                array.fill(np.finfo(np.float32).max)

    edit_weights(folder, fill)
    assert codes(local(folder)) == []


def test_only_norms_are_read(tmp_path: Path) -> None:
    name = "encoder.layer.0.intermediate.dense.weight"
    assert CODE not in codes(spoilt(tmp_path, name, np.nan))


def test_shards(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    in_shards(tmp_path / "checkpoint")
    assert "of-2.safetensors" in assert_only(overrides, CODE).message


def test_fresh_weights_are_drawn(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def bfloat16(path: Path, change: Callable[[np.ndarray], None]) -> Path:
    """A file with one tensor of bfloat16, the upper halves of float32."""
    values = np.array([1.0, -2.5, 3.0, 0.0], np.float32)
    change(values)
    data = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    header = b'{"a.norm.weight":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return path


def test_bfloat16(tmp_path: Path) -> None:
    whole = bfloat16(tmp_path / "whole.safetensors", lambda values: None)
    assert non_finite(whole, lambda name: True, 1000) == []
    for value in (np.inf, np.nan):
        broken = bfloat16(tmp_path / "broken.safetensors", lambda values, bad=value: values.put(2, bad))
        assert non_finite(broken, lambda name: True, 1000) == ["a.norm.weight"]


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    example(tmp_path)
    path = tmp_path / "checkpoint" / "model.safetensors"
    norms = [name for name in load_file(path) if "LayerNorm" in name]
    assert non_finite(path, lambda name: name in norms, 128 * 4 * len(norms)) == [NORM]
    assert non_finite(path, lambda name: name in norms, 100) == []
