"""MODEL020: every stored tensor against the model that the training would build."""

from pathlib import Path

import numpy as np
import pytest

from checkpoints import as_roberta, edit_weights, local, tiny_copy, with_pooler, with_prefix
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL020"
DEEP = "preflight.deep=true"
CUT = "encoder.layer.1.output.dense"


def without(folder: Path, part: str) -> Path:
    """Cut tensors out of a checkpoint."""
    edit_weights(folder, lambda tensors: {name: value for name, value in tensors.items() if part not in name})
    return folder


def example(tmp_path: Path) -> list[str]:
    """A checkpoint of which one matrix and its bias are cut out."""
    return [*local(without(tiny_copy(tmp_path / "checkpoint"), CUT)), DEEP]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert f"`{CUT}.bias`" in found.message
    assert f"`{CUT}.weight`" in found.message
    assert_fixes_clear(overrides, CODE)
    assert codes(overrides[:-1]) == []


def test_a_tensor_of_another_shape(tmp_path: Path) -> None:
    folder, name = tiny_copy(tmp_path / "checkpoint"), "encoder.layer.0.intermediate.dense.weight"
    edit_weights(folder, lambda tensors: {**tensors, name: tensors[name][:100].copy()})
    overrides = [*local(folder), DEEP]
    found = assert_only(overrides, CODE)
    assert f"`{name}` is stored as 100 x 128, but the model needs 512 x 128" in found.message
    assert_fixes_clear(overrides, CODE)


def test_a_tensor_without_a_place_is_a_warning(tmp_path: Path) -> None:
    folder, name = (
        tiny_copy(tmp_path / "checkpoint"),
        "encoder.layer.0.attention.self.distance_embedding.weight",
    )
    edit_weights(folder, lambda tensors: {**tensors, name: np.zeros((255, 64), np.float32)})
    overrides = [*local(folder), DEEP]
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert f"`{name}`" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("pooling", ["mean", "pooler"])
def test_heads_and_poolers_are_no_part_of_the_encoder(tmp_path: Path, pooling: str) -> None:
    folder = with_prefix(with_pooler(tiny_copy(tmp_path / "checkpoint")), "bert.")
    head = {
        "cls.predictions.bias": np.zeros(8, np.float32),
        "classifier.weight": np.zeros((2, 128), np.float32),
    }
    computed = {"bert.embeddings.position_ids": np.arange(128)[None]}
    edit_weights(folder, lambda tensors: {**tensors, **head, **computed})
    assert CODE not in codes([*local(folder), f"pooling={pooling}", DEEP])


def test_names_of_older_versions_are_known(tmp_path: Path) -> None:
    folder, old = tiny_copy(tmp_path / "checkpoint"), {"LayerNorm.weight": "gamma", "LayerNorm.bias": "beta"}

    def rename(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        for new, name in old.items():
            tensors = {key.replace(new, f"LayerNorm.{name}"): value for key, value in tensors.items()}
        return tensors

    edit_weights(folder, rename)
    assert CODE not in codes([*local(folder), DEEP])


def test_another_architecture_with_all_its_tensors(tmp_path: Path) -> None:
    assert CODE not in codes([*local(as_roberta(tiny_copy(tmp_path / "checkpoint"))), DEEP])


def test_several_shapes_are_counted(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    names = [f"encoder.layer.{layer}.intermediate.dense.bias" for layer in (0, 1)]
    edit_weights(folder, lambda tensors: {**tensors, **{name: tensors[name][:9].copy() for name in names}})
    assert "1 more" in finding([*local(folder), DEEP], CODE).notes[0]
