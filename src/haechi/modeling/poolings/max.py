"""The largest value of each feature over the tokens."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class MaxPooling(nn.Module):
    """Maximum over time of each feature, over the tokens that are not padding.

    Shape:
        encoded: a layer (B, T, D), mask (B, T).
        returns: (B, D); zeros for a row that is all padding.

    Source: Reimers and Gurevych 2019, section 3 and table 6, https://arxiv.org/abs/1908.10084
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        is_token_BT1 = encoded.mask_BT.unsqueeze(-1).bool()
        lowest = torch.finfo(layer_BTD.dtype).min
        largest_BD = layer_BTD.masked_fill(~is_token_BT1, lowest).amax(dim=1)
        return largest_BD * is_token_BT1.any(dim=1).to(largest_BD.dtype)
