"""MODEL008: half precision, counted by tensors."""

import json
from pathlib import Path

import numpy as np
import pytest

from checkpoints import edit_json, edit_weights, local, tiny_copy
from judging import assert_only, codes, finding

CODE = "MODEL008"


def example(tmp_path: Path) -> list[str]:
    """All tensors in float16."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_weights(folder, lambda tensors: {name: array.astype(np.float16) for name, array in tensors.items()})
    edit_json(folder / "config.json", lambda content: content.pop("dtype"))
    return local(folder)


def test_the_example_is_noted(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "note"
    assert "37 of 37 tensors are stored in float16" in found.message
    assert "fine-tune them in float16" in found.notes[0]


@pytest.mark.parametrize(("dtype", "notes"), [("float32", 0), ("float16", 1)])
def test_transformers_goes_by_config_json_first(tmp_path: Path, dtype: str, notes: int) -> None:
    overrides = example(tmp_path)
    edit_json(tmp_path / "checkpoint" / "config.json", lambda content: content.update(dtype=dtype))
    assert len(finding(overrides, CODE).notes) == notes


def test_bfloat16_is_named(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    path = tmp_path / "checkpoint" / "model.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    for item in header.values():
        item["dtype"] = "BF16"
    text = json.dumps({**header, "__metadata__": {"format": "pt"}}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    assert "stored in bfloat16" in finding(overrides, CODE).message


@pytest.mark.parametrize(("half", "fires"), [(18, False), (19, True)])
def test_most_tensors_count(tmp_path: Path, half: int, fires: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def some(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        types = [np.float16 if index < half else np.float32 for index in range(len(tensors))]
        return {name: tensors[name].astype(kind) for name, kind in zip(tensors, types, strict=True)}

    edit_weights(folder, some)
    assert (CODE in codes(local(folder))) is fires


def test_float32_and_fresh_weights(tmp_path: Path) -> None:
    assert codes([]) == []
    assert CODE not in codes([*example(tmp_path), "model.init=scratch"])


def test_training_in_bfloat16_is_another_rules_matter(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.dtype=bfloat16"]) == ["MODEL015"]


@pytest.mark.slow
def test_what_is_trained_is_float32(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    from haechi.modeling.encoder import load_backbone
    from haechi.schema.model import Init

    example(tmp_path)
    folder = tmp_path / "checkpoint"
    assert AutoModel.from_pretrained(folder, add_pooling_layer=False).dtype == torch.float16
    assert load_backbone(folder, {}, Init.pretrained, with_pooler=False).dtype == torch.float32
