"""A vector -> logits, or one score."""

from torch import Tensor, nn

# Shape suffixes: B rows, D width of the pooled vector, C outputs.


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
