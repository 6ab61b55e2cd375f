"""Which parameters are trained at which rate, in every family."""

import math
from pathlib import Path

import pytest
import torch
from transformers import TrainingArguments

from checkpoints import tiny_copy
from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.trainer import TrainerConfig
from haechi.training.optimizer import build_optimizer, build_schedule, depth_of, freeze

# One set of weights for all layers.
SHARED = {"albert"}


def model_of(family: str, folder: Path) -> TextModel:
    write_family(folder / family, family)
    backbone = load_backbone(folder / family, {}, Init.pretrained, with_pooler=family in WITH_POOLER)
    return assemble(backbone, PoolingConfig(kind="mean"), 3)


def config(**settings: object) -> TrainerConfig:
    found = TrainerConfig(kind="custom", learning_rate=1e-3, num_train_epochs=1, weight_decay=0.1)
    for key, value in settings.items():
        setattr(found, key, value)
    return found


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_parameter_is_trained_once_and_the_head_fastest(family: str, tmp_path: Path) -> None:
    model = model_of(family, tmp_path)
    optimizer = build_optimizer(model, config(layerwise_lr_decay=0.5))
    rates = {id(item): group["lr"] for group in optimizer.param_groups for item in group["params"]}
    assert len(rates) == sum(len(group["params"]) for group in optimizer.param_groups)
    assert rates.keys() == {id(item) for item in model.parameters()}
    named = {name: rates[id(item)] for name, item in model.named_parameters()}
    assert optimizer.param_groups[0]["lr"] == 1e-3
    assert {rate for name, rate in named.items() if name.startswith("head.")} == {1e-3}
    found = {depth_of(name, 4) for name in named}
    assert found == ({0, 4, 5} if family in SHARED else set(range(6)))
    for name, rate in named.items():
        assert rate == pytest.approx(1e-3 * 0.5 ** (5 - depth_of(name, 4))), name


@pytest.mark.parametrize("family", sorted(FAMILIES.keys() - SHARED))
def test_frozen_layers_and_embeddings_get_no_gradient(family: str, tmp_path: Path) -> None:
    model = model_of(family, tmp_path)
    freeze(model, 2)
    ids = torch.arange(8, 24).view(2, 8)
    model(ids, torch.ones_like(ids))["logits"].sum().backward()
    depths = {depth_of(name, 4) for name, item in model.named_parameters() if item.grad is not None}
    assert depths <= {3, 4, 5}
    assert {3, 4, 5} <= depths


def test_biases_and_norms_do_not_decay(tmp_path: Path) -> None:
    tiny_copy(tmp_path / "tiny")
    model = assemble(load_backbone(tmp_path / "tiny", {}, Init.pretrained, with_pooler=False),
                     PoolingConfig(kind="mean"), 3)  # fmt: skip
    decays = {
        id(item): group["weight_decay"]
        for group in build_optimizer(model, config()).param_groups for item in group["params"]
    }  # fmt: skip
    for name, item in model.named_parameters():
        assert decays[id(item)] == (0.0 if name.endswith("bias") or "LayerNorm" in name else 0.1), name


@pytest.mark.parametrize("warmup", [0, 0.06, 0.1, 7, 0.999])
@pytest.mark.parametrize("steps", [1, 33, 250])
def test_the_warm_up_is_as_long_as_trainer_makes_it(warmup: float, steps: int, tmp_path: Path) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = build_schedule(optimizer, config(warmup_steps=warmup), steps)
    wanted = TrainingArguments(output_dir=str(tmp_path), warmup_steps=warmup, use_cpu=True).get_warmup_steps(
        steps
    )
    rates = []
    for _ in range(steps):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    rising = next((index for index, rate in enumerate(rates) if rate == max(rates)), 0)
    assert rising == min(wanted, steps - 1)
    assert math.isclose(max(rates), min(1.0, (steps - 1) / max(wanted, 1)) if wanted >= steps else 1.0)
