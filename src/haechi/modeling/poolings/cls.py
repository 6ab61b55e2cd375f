"""The vector of the classification token."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import first_position, last_position, vector_at

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class ClsPooling(nn.Module):
    """The vector at the first position that is not padding or, for XLNet, at the last.

    By position and not by id: some tokenizers declare one token as [CLS] and begin texts with another.
    XLNet's <cls> ends the text. BERT trains this vector to tell whether two sentences follow one another,
    RoBERTa does not train it for anything; it does not stand for the sentence by itself.

    Shape:
        encoded: a layer (B, T, D), mask (B, T).
        returns: (B, D); zeros for a row that is all padding.

    Source: Devlin et al. 2019, section 3, https://arxiv.org/abs/1810.04805; for XLNet its published code,
    https://github.com/zihangdai/xlnet, since the paper writes the token first.
    """

    def __init__(self, hidden_size: int, *, cls_is_last: bool = False) -> None:
        super().__init__()
        self.out_features = hidden_size
        self.cls_is_last = cls_is_last

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        find = last_position if self.cls_is_last else first_position
        return vector_at(encoded.layers_BTD[-1], find(encoded.mask_BT), encoded.mask_BT)
