"""Poolings: token vectors -> one vector. One class a file."""

from torch import nn

from haechi.modeling.poolings.attention import AttentionPooling
from haechi.modeling.poolings.cls import ClsPooling
from haechi.modeling.poolings.entity_start import EntityStartPooling
from haechi.modeling.poolings.first_last import FirstLastPooling
from haechi.modeling.poolings.last_four import LAYERS, LastFourPooling
from haechi.modeling.poolings.last_token import LastTokenPooling
from haechi.modeling.poolings.max import MaxPooling
from haechi.modeling.poolings.mean import MeanPooling
from haechi.modeling.poolings.mean_sqrt_len import MeanSqrtLenPooling
from haechi.modeling.poolings.pooler import PoolerPooling
from haechi.modeling.poolings.weighted_mean import WeightedMeanPooling
from haechi.schema.pooling import PoolingConfig


def build_pooling(  # noqa: C901 (one case a pooling)
    config: PoolingConfig, hidden_size: int, *, layers: int = LAYERS, cls_is_last: bool = False
) -> nn.Module:
    """The pooling that an option names; `out_features` of the result is the width of its vectors.

    A single layer is handed over as the only one, so every pooling of one layer reads it at -1.

    Args:
        config: the option and its keys.
        hidden_size: width of the token vectors.
        layers: the model's transformer layers; only their being fewer than four matters.
        cls_is_last: whether the model puts its classification token at the end.
    """
    special = config.include_special_tokens
    match config.kind:
        case "cls":
            return ClsPooling(hidden_size, cls_is_last=cls_is_last)
        case "pooler":
            return PoolerPooling(hidden_size)
        case "mean":
            return MeanPooling(hidden_size, include_special_tokens=special)
        case "max":
            return MaxPooling(hidden_size, include_special_tokens=special)
        case "mean_sqrt_len":
            return MeanSqrtLenPooling(hidden_size, include_special_tokens=special)
        case "weighted_mean":
            return WeightedMeanPooling(hidden_size, include_special_tokens=special)
        case "last_token":
            return LastTokenPooling(hidden_size)
        case "first_last":
            return FirstLastPooling(hidden_size, include_special_tokens=special)
        case "last_four":
            return LastFourPooling(
                hidden_size, layers=layers, combine=config.combine, include_special_tokens=special
            )
        case "attention":
            width = config.attention_hidden_size
            return AttentionPooling(hidden_size, attention_hidden_size=width, include_special_tokens=special)
        case "entity_start":
            return EntityStartPooling(hidden_size)
        case _:
            raise ValueError(f"`{config.kind}` has a file in conf/pooling/ but no case here")
