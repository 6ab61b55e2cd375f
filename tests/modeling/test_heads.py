"""The heads, and which of them an objective gets."""

from pathlib import Path

import pytest
import torch

from checkpoints import tiny_copy
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.modeling.heads import MASKED, LinearHead, SpanHead, TokenHead
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective

IDS = torch.tensor([[2, 50, 60, 70, 3], [2, 80, 3, 0, 0]])
MASK = (IDS != 0).long()


def model_of(folder: Path, objective: Objective, **pooling: int | str) -> TextModel:
    if not folder.exists():
        tiny_copy(folder)
    torch.manual_seed(0)
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    return assemble(backbone, PoolingConfig(**{"kind": "mean", **pooling}), 5, objective).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("objective", "head", "shape"),
    [
        (Objective.classification, LinearHead, (2, 5)),
        (Objective.relation, LinearHead, (2, 5)),
        (Objective.token_classification, TokenHead, (2, 5, 5)),
        (Objective.span, SpanHead, (2, 5, 2)),
    ],
)
def test_an_objective_gets_its_head(
    tmp_path: Path, objective: Objective, head: type, shape: tuple[int, ...]
) -> None:
    model = model_of(tmp_path / "checkpoint", objective)
    assert isinstance(model.head, head)
    assert model(IDS, MASK)["logits"].shape == shape
    assert (model.pooling is None) is (len(shape) == 3)


def test_tags_are_read_from_the_layer_that_is_wanted(tmp_path: Path) -> None:
    last = model_of(tmp_path / "checkpoint", Objective.token_classification)
    first = model_of(tmp_path / "checkpoint", Objective.token_classification, layer=1)
    first.head.load_state_dict(last.head.state_dict())
    hidden = last.encoder.backbone(IDS, MASK, output_hidden_states=True).hidden_states
    assert torch.allclose(first(IDS, MASK)["logits"], last.head(hidden[1], MASK), atol=1e-5)
    assert torch.allclose(last(IDS, MASK)["logits"], last.head(hidden[2], MASK), atol=1e-5)


def test_a_span_does_not_start_or_end_in_padding(tmp_path: Path) -> None:
    logits = model_of(tmp_path / "checkpoint", Objective.span)(IDS, MASK)["logits"]
    assert (logits[1, 3:] == MASKED).all()
    assert (logits[MASK.bool()].abs() < 100).all()


@pytest.mark.parametrize("objective", [Objective.token_classification, Objective.span])
def test_every_weight_of_the_head_learns(tmp_path: Path, objective: Objective) -> None:
    model = model_of(tmp_path / "checkpoint", objective)
    model(IDS, MASK)["logits"].log_softmax(dim=1)[:, 0].sum().backward()
    assert all(item.grad is not None and item.grad.abs().sum() > 0 for item in model.head.parameters())
