"""Encoder + head -> one model, with a pooling between them where one vector stands for the text."""

from dataclasses import replace

from torch import Tensor, nn
from transformers import PreTrainedModel

from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.modeling.encoder import Encoder
from haechi.modeling.heads import CosineHead, LinearHead, SpanHead, TokenHead
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import SEVERAL_LAYERS, PoolingConfig
from haechi.schema.task import Objective

# Shape suffixes: B rows, T tokens with padding, C outputs.

# Each family's own head reads one of these; the widest keys come last.
DROPOUT_KEYS = (
    "classifier_dropout", "classifier_dropout_prob", "hidden_dropout_prob", "seq_classif_dropout",
    "summary_last_dropout", "dropout", "mlp_dropout", "resid_pdrop",
)  # fmt: skip


class TextModel(nn.Module):
    """An encoder and a head; between them a pooling, unless the head reads every token.

    Shape:
        input_ids, attention_mask, token_type_ids, special_tokens_mask: (B, T).
        entity_starts: (B, 2).
        returns: {"logits": (B, C)}; for a regression C is 1. Without a pooling {"logits": (B, T, C)}; for
            spans C is 2, start and end.
    """

    def __init__(self, encoder: Encoder, pooling: nn.Module | None, head: nn.Module) -> None:
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
        special_tokens_mask: Tensor | None = None,
        entity_starts: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Token ids -> logits; labels are the trainer's business and are only passed by."""
        encoded = self.encoder(input_ids, attention_mask, token_type_ids)
        if self.pooling is None:
            return {"logits": self.head(encoded.layers_BTD[-1], attention_mask)}
        encoded = replace(encoded, special_BT=special_tokens_mask, entity_starts_B2=entity_starts)
        return {"logits": self.head(self.pooling(encoded))}


class BiEncoder(TextModel):
    """The same encoder and pooling for two texts, each by itself, and a head that compares the vectors.

    Shape:
        input_ids and the others: (B, T); pair_input_ids and the others: (B, T of the second texts).
        returns: {"logits": (B, 1)}.

    Source: Reimers and Gurevych 2019, section 3, https://arxiv.org/abs/1908.10084
    """

    def forward(  # type: ignore[override]
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        pair_input_ids: Tensor,
        pair_attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        pair_token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        special_tokens_mask: Tensor | None = None,
        pair_special_tokens_mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Token ids of both texts -> scores."""
        first_BD = self._vectors(input_ids, attention_mask, token_type_ids, special_tokens_mask)
        second_BD = self._vectors(
            pair_input_ids, pair_attention_mask, pair_token_type_ids, pair_special_tokens_mask
        )
        return {"logits": self.head(first_BD, second_BD)}

    def _vectors(
        self, ids_BT: Tensor, mask_BT: Tensor, types_BT: Tensor | None, special_BT: Tensor | None
    ) -> Tensor:
        assert self.pooling is not None, "a bi-encoder compares pooled vectors"
        return self.pooling(replace(self.encoder(ids_BT, mask_BT, types_BT), special_BT=special_BT))


def assemble(
    backbone: PreTrainedModel,
    pooling: PoolingConfig,
    outputs: int,
    objective: Objective = Objective.classification,
    highest_score: float | None = None,
) -> TextModel:
    """Put a fresh head, and a pooling where the objective has use for one, on a backbone.

    Set the seed before: the head is drawn here. Tags and spans need every token of `pooling.layer` and
    no pooling. With a `highest_score`, which a cosine of 1 stands for, it is a bi-encoder.
    """
    config = backbone.config
    hidden_size = int(getattr(config, "hidden_size", None) or config.dim)
    drops = [getattr(config, key, None) for key in DROPOUT_KEYS]
    dropout = next((float(value) for value in drops if value is not None), 0.1)
    if objective is Objective.token_classification:
        return TextModel(Encoder(backbone, pooling.layer), None, TokenHead(hidden_size, outputs, dropout))
    if objective is Objective.span:
        return TextModel(Encoder(backbone, pooling.layer), None, SpanHead(hidden_size))
    layers, cls_is_last = int(config.num_hidden_layers), config.model_type in CLS_IS_LAST
    reduction = build_pooling(pooling, hidden_size, layers=layers, cls_is_last=cls_is_last)
    encoder = Encoder(backbone, pooling.layer, all_layers=pooling.kind in SEVERAL_LAYERS)
    if highest_score is not None:
        return BiEncoder(encoder, reduction, CosineHead(highest_score))
    head = LinearHead(int(reduction.out_features), outputs, dropout)  # type: ignore[arg-type]
    return TextModel(encoder, reduction, head)
