"""The `pooling` group: how token vectors become one vector."""

from dataclasses import dataclass, field
from enum import StrEnum

from omegaconf import MISSING

from haechi.schema.ranges import within
from haechi.schema.task import Objective


class Combine(StrEnum):
    """How the vectors of several layers become one."""

    mean = "mean"
    concat = "concat"


@dataclass
class PoolingConfig:
    """A reduction of token vectors to one vector; which keys an option reads stands in `OWN_KEYS`."""

    kind: str = MISSING
    """Name of the pooling, equal to the option's name."""
    layer: int = -1
    """Which layer's vectors; -1 is the last, 0 the embeddings, negative counts from the end. The last,
    because it is the one that pretraining reads. Poolings over several layers choose their own."""
    include_special_tokens: bool = True
    """Whether the special tokens that the template adds, such as [CLS] and [SEP], count as tokens. True,
    because published averages count them; a text without any other token then still has a vector."""
    combine: Combine = Combine.mean
    """`last_four`: average the layers, or put them side by side, which makes vectors of four times the
    width. The average, so that every pooling has the same head."""
    attention_hidden_size: int = field(default=128, metadata=within(1, 65_536))
    """`attention`: width of the hidden layer that scores a token. 128 is between the 100 of Yang et al. 2016
    and the 350 of Lin et al. 2017, and small beside any encoder."""


OWN_KEYS: dict[str, tuple[str, ...]] = {
    "cls": ("layer",),
    "pooler": (),
    "mean": ("layer", "include_special_tokens"),
    "max": ("layer", "include_special_tokens"),
    "mean_sqrt_len": ("layer", "include_special_tokens"),
    "weighted_mean": ("layer", "include_special_tokens"),
    "last_token": ("layer",),
    "first_last": ("include_special_tokens",),
    "last_four": ("include_special_tokens", "combine"),
    "attention": ("layer", "include_special_tokens", "attention_hidden_size"),
    "entity_start": ("layer",),
}
"""The keys that each pooling reads, besides `kind`; with any other key it would do nothing."""

SEVERAL_LAYERS = frozenset({"first_last", "last_four"})
"""Poolings that are handed all layers of the encoder."""

WITHOUT_POOLING = frozenset({Objective.token_classification, Objective.span})
"""Objectives whose head reads every token of `pooling.layer`; nothing else of the group matters to them."""


def needs_special_tokens(config: PoolingConfig) -> bool:
    """Whether batches must say which tokens are special."""
    return "include_special_tokens" in OWN_KEYS.get(config.kind, ()) and not config.include_special_tokens
