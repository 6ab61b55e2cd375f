"""The last layer cut down to the token that a pooling reads."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.modeling.first_token import narrow_last_layer
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig

CUT_DOWN = {"bert", "roberta", "xlm-roberta", "electra", "deberta-v2"}


def built(folder: Path, family: str, kind: str, *, narrow: bool) -> tuple[TextModel, bool]:
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=family in WITH_POOLER)
    torch.manual_seed(1)
    pooling = PoolingConfig(kind=kind)
    model = assemble(backbone, pooling, 3).eval()
    return model, narrow and narrow_last_layer(backbone, pooling)


def outcome(model: TextModel) -> tuple[Tensor, dict[str, Tensor]]:
    """Logits and gradients of rows padded on the right."""
    ids = torch.arange(6, 6 + 24).view(3, 8)
    mask = torch.tensor([[1] * 8, [1] * 5 + [0] * 3, [1] * 2 + [0] * 6])
    logits = model(ids, mask)["logits"]
    logits.square().sum().backward()
    return logits, {name: item.grad for name, item in model.named_parameters() if item.grad is not None}


@pytest.mark.parametrize("kind", ["cls", "pooler"])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_outputs_and_gradients_stay(tmp_path: Path, family: str, kind: str) -> None:
    if kind == "pooler" and family not in WITH_POOLER:
        pytest.skip("the family has no pooler")
    folder = write_family(tmp_path / "a", family)
    logits, gradients = outcome(built(folder, family, kind, narrow=False)[0])
    model, is_narrow = built(folder, family, kind, narrow=True)
    assert is_narrow is (family in CUT_DOWN)
    ours, our_gradients = outcome(model)
    torch.testing.assert_close(ours, logits, atol=1e-5, rtol=1e-5)
    assert our_gradients.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(our_gradients[name], gradient, atol=1e-5, rtol=1e-4)


def test_what_follows_the_attention_sees_one_token(tmp_path: Path) -> None:
    model, _ = built(write_family(tmp_path / "a", "bert"), "bert", "cls", narrow=True)
    seen: list[int] = []
    for layer in model.encoder.backbone.encoder.layer:
        layer.intermediate.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape[1]))
    outcome(model)
    assert seen == [8, 8, 8, 1]


@pytest.mark.parametrize("pooling", [PoolingConfig(kind="mean"), PoolingConfig(kind="cls", layer=2)])
def test_a_pooling_that_reads_more_keeps_all(tmp_path: Path, pooling: PoolingConfig) -> None:
    folder = write_family(tmp_path / "a", "bert")
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    assert not narrow_last_layer(backbone, pooling)
