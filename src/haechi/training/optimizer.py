"""Which parameters are trained, and at which rate."""

import math
import re
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LRScheduler
from transformers import get_scheduler

from haechi.modeling.assemble import TextModel
from haechi.schema.trainer import TrainerConfig
from haechi.training.used_rows import follow

# bert.encoder.layer.3, distilbert.transformer.layer.3, modernbert.layers.3, gpt2.h.3, albert_layer_groups.0
LAYER = re.compile(r"\.(?:layer|layers|h)\.(\d+)\.")


def depth_of(name: str, layers: int) -> int:
    """How high a parameter of a `TextModel` stands: 0 for embeddings, 1 to `layers`, one more for the head.

    Layers that share their weights (ALBERT) count as the topmost.
    """
    if not name.startswith("encoder.backbone."):
        return layers + 1
    found = LAYER.search(name)
    if found:
        return int(found[1]) + 1
    below = re.search(r"embedding|\.wte\.|\.wpe\.", name)
    return 0 if below else layers


def freeze(model: TextModel, frozen_layers: int) -> None:
    """Keep the embeddings and so many of the lowest layers as they are."""
    layers = int(model.encoder.backbone.config.num_hidden_layers)
    for name, parameter in model.named_parameters():
        if frozen_layers and depth_of(name, layers) <= frozen_layers:
            parameter.requires_grad_(False)


def build_optimizer(model: TextModel, config: TrainerConfig) -> AdamW:
    """AdamW over the parameters that are trained; biases and norms do not decay.

    With `layerwise_lr_decay` d the head learns at the full rate, the topmost layer at d times that, the
    next at d squared, down to the embeddings (Howard and Ruder 2018, section 3.2; ELECTRA's fine-tuning).
    """
    optimizer = AdamW(list(_groups(model, config)), lr=config.learning_rate, fused=True)
    follow(optimizer, model)
    return optimizer


def _groups(model: TextModel, config: TrainerConfig) -> Iterator[dict[str, Any]]:
    layers = int(model.encoder.backbone.config.num_hidden_layers)
    groups: dict[tuple[int, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decays = parameter.ndim > 1 and "bias" not in name.rpartition(".")[2]
            depth = depth_of(name, layers) if config.layerwise_lr_decay < 1 else layers + 1
            groups.setdefault((depth, decays), []).append(parameter)
    # The head's group comes first: its rate is the one that is logged.
    for (depth, decays), parameters in sorted(groups.items(), key=lambda item: -item[0][0]):
        yield {
            "params": parameters,
            "weight_decay": config.weight_decay if decays else 0.0,
            "lr": config.learning_rate * config.layerwise_lr_decay ** (layers + 1 - depth),
        }


def build_schedule(optimizer: torch.optim.Optimizer, config: TrainerConfig, steps: int) -> LRScheduler:
    """The course of the learning rate over so many optimizer steps."""
    share = config.warmup_steps
    warmup = int(share) if share >= 1 else math.ceil(steps * share)
    return get_scheduler(config.lr_scheduler_type.value, optimizer, warmup, steps)
