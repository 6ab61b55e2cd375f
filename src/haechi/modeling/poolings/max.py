"""The largest value of each feature over the tokens."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class MaxPooling(nn.Module):
    """Maximum over time of each feature, over the tokens that count.

    Shape:
        encoded: a layer (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D); zeros for a row that is all padding, or where no token counts.

    Source: Reimers and Gurevych 2019, section 3 and table 6, https://arxiv.org/abs/1908.10084
    """

    def __init__(self, hidden_size: int, *, include_special_tokens: bool = True) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        counted_BT1 = counted_tokens(encoded, self.include_special_tokens).unsqueeze(-1)
        lowest = torch.finfo(layer_BTD.dtype).min
        largest_BD = layer_BTD.masked_fill(~counted_BT1, lowest).amax(dim=1)
        return largest_BD.masked_fill(~counted_BT1.any(dim=1), 0)
