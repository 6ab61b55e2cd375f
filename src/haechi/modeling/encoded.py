"""What an encoder hands to a pooling."""

from dataclasses import dataclass

from torch import Tensor

# Shape suffixes: B rows, T tokens with padding, 2 entities (subject, object), D hidden size.


@dataclass
class Encoded:
    """Vectors of all tokens of a batch, and what is known of the tokens.

    `layers_BTD` holds the embeddings at 0 and layer n at n; where only one layer is wanted it holds just
    that one, at -1. `mask_BT` is 1 for a token and 0 for padding. `pooler_BD` is the output of the
    checkpoint's pooler, where there is one. `special_BT` is 1 for a token that the tokenizer's template
    added; `entity_starts_B2` has the positions of the two entities' start markers, counted from the start
    of the padded row, negative for a marker that was cut off.
    """

    layers_BTD: tuple[Tensor, ...]
    mask_BT: Tensor
    pooler_BD: Tensor | None = None
    special_BT: Tensor | None = None
    entity_starts_B2: Tensor | None = None
