"""Shapes: transformers' own loader on the meta device, for every architecture."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM

from checkpoints import edit_weights, local, tiny_copy
from examining import evidence_of
from families import FAMILIES, write_family
from haechi.deep.shapes import compare_tensors
from haechi.preflight.depth import Reshaped, TensorAgreement


@pytest.mark.parametrize("with_head", [False, True])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_what_transformers_writes_agrees(tmp_path: Path, family: str, with_head: bool) -> None:
    folder = write_family(tmp_path / "checkpoint", family)
    if with_head:
        config = AutoConfig.from_pretrained(folder)
        predicts_next = type(config) not in AutoModelForMaskedLM._model_mapping
        kind = AutoModelForCausalLM if predicts_next else AutoModelForMaskedLM
        kind.from_config(config).save_pretrained(folder)
    assert compare_tensors(evidence_of(local(folder))) == TensorAgreement()


def test_each_kind_of_disagreement(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def change(tensors: dict[str, Any]) -> None:
        del tensors["encoder.layer.0.output.dense.bias"]
        tensors["encoder.layer.1.output.dense.bias"] = tensors["encoder.layer.1.output.dense.bias"][:5].copy()
        tensors["encoder.layer.9.output.dense.bias"] = tensors["embeddings.LayerNorm.bias"].copy()
        tensors["cls.predictions.bias"] = tensors["embeddings.LayerNorm.bias"].copy()

    edit_weights(folder, change)
    assert compare_tensors(evidence_of(local(folder))) == TensorAgreement(
        missing=("encoder.layer.0.output.dense.bias",),
        unexpected=("encoder.layer.9.output.dense.bias",),
        reshaped=(Reshaped("encoder.layer.1.output.dense.bias", (5,), (128,)),),
    )


def test_the_model_is_the_one_of_the_run(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    found = compare_tensors(evidence_of([*local(folder), "+model.config.intermediate_size=64"]))
    assert found is not None
    assert {item.wanted[0] for item in found.reshaped if "intermediate" in item.name} == {64}


def test_no_weight_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices: list[str] = []
    load = AutoModel.from_pretrained

    def spy(*arguments: Any, **options: Any) -> Any:
        model, found = load(*arguments, **options)
        devices.extend({parameter.device.type for parameter in model.parameters()})
        return model, found

    monkeypatch.setattr(AutoModel, "from_pretrained", spy)
    compare_tensors(evidence_of(local(tiny_copy(tmp_path / "checkpoint"))))
    assert devices == [torch.device("meta").type]


def test_nothing_to_compare_from_scratch() -> None:
    assert compare_tensors(evidence_of(["model.init=scratch"])) is None
