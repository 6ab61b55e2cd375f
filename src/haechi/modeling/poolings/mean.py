"""The average of the token vectors."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, mean_over

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class MeanPooling(nn.Module):
    """Average of the vectors of all tokens that count.

    Shape:
        encoded: a layer (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), in the layer's dtype; zeros for a row that is all padding, or where no token counts.

    Source: Reimers and Gurevych 2019, section 3, https://arxiv.org/abs/1908.10084
    """

    def __init__(self, hidden_size: int, *, include_special_tokens: bool = True) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        return mean_over(layer_BTD, counted_BT).to(layer_BTD.dtype)
