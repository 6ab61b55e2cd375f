"""The sum of the token vectors over the square root of their number."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, sum_over

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class MeanSqrtLenPooling(nn.Module):
    """Sum of the vectors of all tokens that count, divided by the square root of how many they are.

    Between a sum, which grows with the length, and an average, which forgets it.

    Shape:
        encoded: a layer (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), in the layer's dtype; zeros for a row that is all padding, or where no token counts.

    Source: Cer et al. 2018, section 3.1, https://arxiv.org/abs/1803.11175
    """

    def __init__(self, hidden_size: int, *, include_special_tokens: bool = True) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        total_BD = sum_over(layer_BTD, counted_BT)
        count_B1 = counted_BT.sum(dim=1, keepdim=True).clamp(min=1).to(total_BD.dtype)
        return (total_BD / count_B1.sqrt()).to(layer_BTD.dtype)
