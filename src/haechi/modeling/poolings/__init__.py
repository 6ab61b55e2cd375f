"""Poolings: token vectors -> one vector. One class a file."""

from torch import nn

from haechi.modeling.poolings.cls import ClsPooling
from haechi.modeling.poolings.max import MaxPooling
from haechi.modeling.poolings.mean import MeanPooling
from haechi.modeling.poolings.pooler import PoolerPooling
from haechi.schema.pooling import PoolingConfig


def build_pooling(config: PoolingConfig, hidden_size: int) -> nn.Module:
    """The pooling that an option names; `out_features` of the result is the width of its vectors.

    A single layer is handed over as the only one, so every pooling reads its layer at -1.
    """
    match config.kind:
        case "cls":
            return ClsPooling(hidden_size)
        case "mean":
            return MeanPooling(hidden_size)
        case "max":
            return MaxPooling(hidden_size)
        case "pooler":
            return PoolerPooling(hidden_size)
        case _:
            raise ValueError(f"`{config.kind}` has a file in conf/pooling/ but no case here")
