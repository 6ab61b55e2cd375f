"""The last four layers' token vectors, averaged or side by side."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, mean_over
from haechi.schema.pooling import Combine

# Shape suffixes: B rows, T tokens with padding, D hidden size.

LAYERS = 4


class LastFourPooling(nn.Module):
    """Average over the tokens of the last four layers, which are averaged (`mean`) or put side by side.

    Side by side (`concat`), the lowest of the four comes first. The paper concatenates, or learns a
    weight for each layer; the average is the one that keeps the width. A model of fewer layers gives all
    it has, without the embeddings.

    Shape:
        encoded: all layers, each (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), or (B, 4 * D) for `concat`, in the layers' dtype; zeros for a row that is all
            padding, or where no token counts.

    Source: Devlin et al. 2019, section 5.3 and table 7, https://arxiv.org/abs/1810.04805
    """

    def __init__(
        self,
        hidden_size: int,
        *,
        layers: int = LAYERS,
        combine: Combine = Combine.mean,
        include_special_tokens: bool = True,
    ) -> None:
        super().__init__()
        self.concatenates = combine == Combine.concat
        self.out_features = hidden_size * (min(layers, LAYERS) if self.concatenates else 1)
        self.include_special_tokens = include_special_tokens

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D) or (B, 4 * D)."""
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        layers = encoded.layers_BTD[1:][-LAYERS:]
        means_BD = [mean_over(layer_BTD, counted_BT) for layer_BTD in layers]
        joined = torch.cat(means_BD, dim=-1) if self.concatenates else torch.stack(means_BD).mean(dim=0)
        return joined.to(layers[-1].dtype)
