"""The average of the first and the last layer's token vectors."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, mean_over

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class FirstLastPooling(nn.Module):
    """Average of the token vectors of the first transformer layer and of the last, then over the tokens.

    The first layer is the one above the embeddings, `hidden_states[1]`; some programs of the same name
    take the embeddings themselves.

    Shape:
        encoded: all layers, each (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), in the layers' dtype; zeros for a row that is all padding, or where no token counts.

    Source: Su et al. 2021, section 4 ("first-last-avg"), https://arxiv.org/abs/2103.15316
    """

    def __init__(self, hidden_size: int, *, include_special_tokens: bool = True) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        layers = (encoded.layers_BTD[1], encoded.layers_BTD[-1])
        # Over the tokens first: the same number, with far less to add.
        means_BD = [mean_over(layer_BTD, counted_BT) for layer_BTD in layers]
        return torch.stack(means_BD).mean(dim=0).to(layers[-1].dtype)
