"""The last layer for the first token alone, where nothing reads its others.

A pooling that takes [CLS] has no use for the last layer's other tokens: every one is still attended to, but
what follows the attention, three quarters of a layer's products, is left out for them. Outputs and gradients
are what they were, but for rounding.
"""

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.schema.pooling import PoolingConfig

READ_THE_FIRST = ("cls", "pooler")


def narrow_last_layer(backbone: PreTrainedModel, pooling: PoolingConfig) -> bool:
    """Cut the last layer of BERT's family down, in place, if the pooling reads the first token of it only.

    For rows padded on the right. `last_hidden_state` has one token afterwards.

    Args:
        backbone: the encoder.
        pooling: what reads its last layer.

    Returns:
        Whether it was cut down.
    """
    config = backbone.config
    reads_first = pooling.kind in READ_THE_FIRST and config.model_type not in CLS_IS_LAST
    if not reads_first or pooling.layer != -1:
        return False
    layers = getattr(getattr(backbone, "encoder", None), "layer", None)
    if not isinstance(layers, nn.ModuleList) or len(layers) < 2:
        return False
    joined = getattr(getattr(layers[-1], "attention", None), "output", None)
    if not isinstance(joined, nn.Module) or not type(joined).__name__.endswith("SelfOutput"):
        return False
    joined.register_forward_pre_hook(_first_tokens)
    return True


def _first_tokens(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first token of the attention's output and of what is added to it, each (B, T, D)."""
    return tuple(value[:, :1] if isinstance(value, Tensor) else value for value in inputs)
