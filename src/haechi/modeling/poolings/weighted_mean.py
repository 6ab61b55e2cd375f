"""The average of the token vectors, later tokens counting more."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, sum_over, wide_dtype

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class WeightedMeanPooling(nn.Module):
    """Average in which the n-th token that is not padding weighs n.

    Made for causal models, where later tokens have seen more of the text. A special token that is left
    out keeps its number: the tokens after it weigh what they would weigh with it.

    Shape:
        encoded: a layer (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), in the layer's dtype; zeros for a row that is all padding, or where no token counts.

    Source: Muennighoff 2022, section 4.1, https://arxiv.org/abs/2202.08904
    """

    def __init__(self, hidden_size: int, *, include_special_tokens: bool = True) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        number_BT = encoded.mask_BT.bool().cumsum(dim=1) * counted_BT
        # Whole numbers up to a long text's length: exact in float32, not in half precision.
        weights_BT = number_BT.to(wide_dtype(layer_BTD))
        total_BD = sum_over(layer_BTD, counted_BT, weights_BT)
        return (total_BD / weights_BT.sum(dim=1, keepdim=True).clamp(min=1)).to(layer_BTD.dtype)
