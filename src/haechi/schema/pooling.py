"""The `pooling` group: how token vectors become one vector."""

from dataclasses import dataclass

from omegaconf import MISSING


@dataclass
class PoolingConfig:
    """A reduction of the token vectors of one layer to one vector."""

    kind: str = MISSING
    """Name of the pooling, equal to the option's name."""
    layer: int = -1
    """Which layer's vectors; -1 is the last, 0 the embeddings, negative counts from the end."""
