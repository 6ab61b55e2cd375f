"""Encoder + pooling + head -> one model."""

from torch import Tensor, nn
from transformers import PreTrainedModel

from haechi.modeling.encoder import Encoder
from haechi.modeling.heads import LinearHead
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import PoolingConfig

# Shape suffixes: B rows, T tokens with padding, C outputs.

DROPOUT_KEYS = ("classifier_dropout", "hidden_dropout_prob", "dropout", "seq_classif_dropout", "mlp_dropout")


class TextModel(nn.Module):
    """An encoder, a pooling and a head in a row.

    Shape:
        input_ids, attention_mask, token_type_ids: (B, T).
        returns: {"logits": (B, C)}; for a regression C is 1.
    """

    def __init__(self, encoder: Encoder, pooling: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling
        self.head = head

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Token ids -> logits; labels are the trainer's business and are only passed by."""
        encoded = self.encoder(input_ids, attention_mask, token_type_ids)
        return {"logits": self.head(self.pooling(encoded))}


def assemble(backbone: PreTrainedModel, pooling: PoolingConfig, outputs: int) -> TextModel:
    """Put a pooling and a fresh head on a backbone; set the seed before, the head is drawn here."""
    config = backbone.config
    hidden_size = int(getattr(config, "hidden_size", None) or config.dim)
    reduction = build_pooling(pooling, hidden_size)
    drops = [getattr(config, key, None) for key in DROPOUT_KEYS]
    dropout = next((float(value) for value in drops if value is not None), 0.1)
    head = LinearHead(int(reduction.out_features), outputs, dropout)  # type: ignore[arg-type]
    return TextModel(Encoder(backbone, pooling.layer), reduction, head)
