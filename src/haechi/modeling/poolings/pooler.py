"""The output of the checkpoint's own pooler."""

from torch import Tensor, nn

from haechi.modeling.encoded import Encoded


class PoolerPooling(nn.Module):
    """What the checkpoint's pooler makes of the first token: a linear layer and tanh, trained with it.

    Only some checkpoints have one; the rule POOL001 refuses the others.

    Shape:
        encoded: pooler output (B, D).
        returns: (B, D); for a row that is all padding, whatever the encoder gives.

    Source: Devlin et al. 2019, section 3.1, https://arxiv.org/abs/1810.04805
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        if encoded.pooler_BD is None:
            raise ValueError("the encoder has no pooler, which preflight should have refused")
        return encoded.pooler_BD
