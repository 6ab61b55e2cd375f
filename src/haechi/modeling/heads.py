"""Vectors -> logits or scores: of a pooled vector or two, of every token, of where an answer starts and
ends."""

from torch import Tensor, nn
from torch.nn import functional

# Shape suffixes: B rows, T tokens with padding, D width of the vectors, C outputs.

MASKED = -10_000.0
"""Logit of a position that is padding: a share of 0 in any number format, and still finite."""


class LinearHead(nn.Module):
    """Dropout and a linear layer: C logits for C classes, or one score.

    The weights start as torch draws them, uniform within 1/sqrt(D), and not from BERT's normal(0, 0.02):
    encoders whose pooled vectors are short (the E5 family) learn markedly faster that way.

    Shape:
        pooled: (B, D).
        returns: (B, C).

    Source: Devlin et al. 2019, section 4.1, https://arxiv.org/abs/1810.04805
    """

    def __init__(self, in_features: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(in_features, outputs)

    def forward(self, pooled_BD: Tensor) -> Tensor:
        """Pooled vectors -> logits or scores."""
        return self.linear(self.dropout(pooled_BD))


class CosineHead(nn.Module):
    """The cosine of two vectors, as a score; nothing in it is learned.

    Shape:
        first, second: (B, D).
        returns: (B, 1), from -`highest_score` to `highest_score`.

    Source: Reimers and Gurevych 2019, section 3, "regression objective function",
    https://arxiv.org/abs/1908.10084
    """

    def __init__(self, highest_score: float) -> None:
        super().__init__()
        self.highest_score = highest_score

    def forward(self, first_BD: Tensor, second_BD: Tensor) -> Tensor:
        """Pooled vectors of both texts -> scores."""
        # In float32: cosines of similar texts differ in digits that half precision does not have.
        cosines_B = functional.cosine_similarity(first_BD.float(), second_BD.float(), dim=-1)
        return self.highest_score * cosines_B.unsqueeze(-1)


class TokenHead(nn.Module):
    """Dropout and a linear layer over every token: C logits for C tags.

    Shape:
        tokens: (B, T, D). mask: (B, T), not needed: a token's tag depends on its own vector only.
        returns: (B, T, C).

    Source: Devlin et al. 2019, section 5.3
    """

    def __init__(self, in_features: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(in_features, outputs)

    def forward(self, tokens_BTD: Tensor, mask_BT: Tensor) -> Tensor:
        """Token vectors -> logits of the tags."""
        return self.linear(self.dropout(tokens_BTD))


class SpanHead(nn.Module):
    """A linear layer over every token: how likely an answer starts, and ends, there.

    Padding gets a logit that no softmax sees. The stock heads leave it in, and a window's loss then
    depends on how long the others of its batch are. There is no bias: it would move all positions alike.

    Shape:
        tokens: (B, T, D). mask: (B, T), 1 for a token and 0 for padding.
        returns: (B, T, 2), start and end.

    Source: Devlin et al. 2019, section 4.2
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, 2, bias=False)

    def forward(self, tokens_BTD: Tensor, mask_BT: Tensor) -> Tensor:
        """Token vectors -> logits of start and end."""
        return self.linear(tokens_BTD).masked_fill(~mask_BT.bool().unsqueeze(-1), MASKED)
