"""The average of the token vectors."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class MeanPooling(nn.Module):
    """Average of the vectors of all tokens that are not padding, special tokens included.

    Sums are taken in float32, so that half precision agrees with full precision.

    Shape:
        encoded: a layer (B, T, D), mask (B, T).
        returns: (B, D), in the layer's dtype; zeros for a row that is all padding.

    Source: Reimers and Gurevych 2019, section 3, https://arxiv.org/abs/1908.10084
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        mask_BT1 = encoded.mask_BT.unsqueeze(-1).float()
        total_BD = (layer_BTD.float() * mask_BT1).sum(dim=1)
        count_B1 = mask_BT1.sum(dim=1).clamp(min=1)
        return (total_BD / count_B1).to(layer_BTD.dtype)
