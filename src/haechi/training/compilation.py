"""torch.compile on the layers of an encoder, where it pays back within the run."""

import logging
import os
import shutil
import sys

import torch
from torch import nn

from haechi.modeling.assemble import TextModel
from haechi.schema.trainer import Compile

log = logging.getLogger(__name__)

STEPS_THAT_PAY_BACK = 5_000
"""A minute of compiling against a tenth of a step of 0.1 s."""


def pays_back(steps: int) -> bool:
    """Whether a training of so many steps ends sooner with compiled layers.

    On a CPU it does not: the compiled layers are slower than the plain ones.
    """
    return torch.cuda.is_available() and steps >= STEPS_THAT_PAY_BACK and has_compiler()


def has_compiler() -> bool:
    """Whether the C++ compiler that torch would call is there."""
    return (
        shutil.which(os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")) is not None
    )


def compile_layers(model: TextModel, wanted: Compile, steps: int) -> bool:
    """Compile each layer of the backbone; in place, names of weights stay.

    Layers of one kind share what is compiled, so that it takes as long for twelve as for one; and lengths are
    left open, so that a batch of another length compiles nothing anew.

    Args:
        model: what is trained.
        wanted: by the config.
        steps: optimizer steps of the training.

    Returns:
        Whether they are compiled.
    """
    if wanted is Compile.never or (wanted is Compile.auto and not pays_back(steps)):
        return False
    layers = layers_of(model)
    for layer in layers:
        layer.compile(dynamic=True)
    log.info("compile: %d layers, at the first step", len(layers))
    return bool(layers)


def layers_of(model: TextModel) -> list[nn.Module]:
    """The layers of the backbone, which stand in a list of their own."""
    backbone = model.encoder.backbone
    count = int(backbone.config.num_hidden_layers)
    lists = (module for module in backbone.modules() if isinstance(module, nn.ModuleList))
    return next((list(found) for found in lists if len(found) == count), [])
