"""An average whose weights are learned."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import counted_tokens, sum_over, wide_dtype

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class AttentionPooling(nn.Module):
    """Average with weights from a small network that scores each token: linear, tanh, a learned vector.

    The weights are a softmax of the scores over the tokens that count. The learned vector starts at zero,
    so that training starts from the plain average.

    Shape:
        encoded: a layer (B, T, D), mask (B, T); special (B, T) if special tokens are left out.
        returns: (B, D), in the layer's dtype; zeros for a row that is all padding, or where no token counts.

    Source: Yang et al. 2016, section 2.2, https://aclanthology.org/N16-1174; Lin et al. 2017, section 2.1,
    https://arxiv.org/abs/1703.03130
    """

    def __init__(
        self, hidden_size: int, *, attention_hidden_size: int = 128, include_special_tokens: bool = True
    ) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.include_special_tokens = include_special_tokens
        self.project = nn.Linear(hidden_size, attention_hidden_size)
        self.score = nn.Linear(attention_hidden_size, 1, bias=False)
        nn.init.zeros_(self.score.weight)

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        counted_BT = counted_tokens(encoded, self.include_special_tokens)
        # Scored as zeros: what stands at padding must not reach the scorer's gradient either.
        filled_BTD = layer_BTD.masked_fill(~counted_BT.unsqueeze(-1), 0)
        scores_BT = self.score(torch.tanh(self.project(filled_BTD))).squeeze(-1).to(wide_dtype(layer_BTD))
        lowest = torch.finfo(scores_BT.dtype).min
        weights_BT = scores_BT.masked_fill(~counted_BT, lowest).softmax(dim=1)
        return sum_over(layer_BTD, counted_BT, weights_BT).to(layer_BTD.dtype)
