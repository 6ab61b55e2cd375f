"""The vectors at the two entities' start markers."""

import torch
from torch import Tensor, nn

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import vector_at

# Shape suffixes: B rows, T tokens with padding, 2 entities (subject, object), D hidden size.


class EntityStartPooling(nn.Module):
    """The vectors at the start markers of subject and object, side by side.

    Shape:
        encoded: a layer (B, T, D), mask (B, T), entity starts (B, 2), counted from the start of the padded
            row; a negative one says that its marker was cut off.
        returns: (B, 2 * D), the subject first; zeros for a marker that was cut off, and for a row that is
            all padding.

    Source: Baldini Soares et al. 2019, section 3.2 ("entity start"), https://arxiv.org/abs/1906.03158
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.out_features = 2 * hidden_size

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, 2 * D).

        Raises:
            ValueError: the batch does not say where the markers are.
        """
        starts_B2 = encoded.entity_starts_B2
        if starts_B2 is None:
            raise ValueError("the batch has no entity_starts, which only a task with marked entities gives")
        layer_BTD = encoded.layers_BTD[-1]
        vectors_BD = [vector_at(layer_BTD, starts_B2[:, entity], encoded.mask_BT) for entity in (0, 1)]
        return torch.cat(vectors_BD, dim=-1)
