"""The first token's vector."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class ClsPooling(nn.Module):
    """The vector at the first position that is not padding.

    By position and not by id: some tokenizers declare one token as [CLS] and begin texts with another.
    BERT trains this vector to tell whether two sentences follow one another, RoBERTa does not train it
    for anything; it does not stand for the sentence by itself.

    Shape:
        encoded: a layer (B, T, D), mask (B, T).
        returns: (B, D).

    Source: Devlin et al. 2019, section 3, https://arxiv.org/abs/1810.04805
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        layer_BTD = encoded.layers_BTD[-1]
        first_B = encoded.mask_BT.to(torch.int64).argmax(dim=1)
        return layer_BTD[torch.arange(layer_BTD.shape[0], device=layer_BTD.device), first_B]
