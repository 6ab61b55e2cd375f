"""The last token's vector."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import last_position, vector_at

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class LastTokenPooling(nn.Module):
    """The vector at the last position that is not padding, whichever side is padded.

    In a causal model it is the only token that has seen the whole text. In BERT it is [SEP].

    Shape:
        encoded: a layer (B, T, D), mask (B, T).
        returns: (B, D); zeros for a row that is all padding.

    Source: Radford et al. 2018, section 3.2,
    https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        return vector_at(encoded.layers_BTD[-1], last_position(encoded.mask_BT), encoded.mask_BT)
