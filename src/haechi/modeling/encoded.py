"""What an encoder hands to a pooling."""

from dataclasses import dataclass

from torch import Tensor

# Shape suffixes: B rows, T tokens with padding, D hidden size.


@dataclass
class Encoded:
    """Vectors of all tokens of a batch.

    `layers_BTD` holds the embeddings at 0 and layer n at n; where only the last layer is wanted it holds
    just that one, at -1. `mask_BT` is 1 for a token and 0 for padding. `pooler_BD` is the output of the
    checkpoint's pooler, where there is one.
    """

    layers_BTD: tuple[Tensor, ...]
    mask_BT: Tensor
    pooler_BD: Tensor | None = None
