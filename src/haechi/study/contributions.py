"""What each token of a sentence contributes to its vector and to what is predicted from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from haechi.data.collate import Collator
from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import SEVERAL_LAYERS, PoolingConfig
from haechi.study.cells import POOLER, Cell
from haechi.study.encoding import Reader
from haechi.study.rollout import rollout

# Shape suffixes: B rows, T tokens, D width of the vector, E width of the embeddings.

Predict = Callable[[Tensor], Tensor]
"""Vectors (B, D) of one sentence's variants -> what is predicted of each (B,)."""
ROWS_AT_ONCE = 64
METHODS = ("leave_one_out", "gradient_x_input", "rollout")


@dataclass(frozen=True)
class Contributions:
    """Numbers for each token of one sentence; None where a method has none for this model."""

    vector: dict[str, np.ndarray]
    """By method, of `METHODS`: the loss of cosine without the token, the share of the vector's length by
    gradient, the share of attention."""
    prediction: dict[str, np.ndarray]
    """By method, without rollout: how much of the prediction goes with the token."""
    predicted: float


class Pooled:
    """Token ids -> the vectors of one setting, by the pooling that train.py would build."""

    def __init__(self, reader: Reader, cell: Cell) -> None:
        self.reader, self.cell = reader, cell
        kind = "mean" if cell.pooling == "mean_without_special" else cell.pooling
        config = PoolingConfig(kind=kind, include_special_tokens=cell.pooling != "mean_without_special")
        settings = reader.backbone.config
        width = int(getattr(settings, "hidden_size", None) or settings.dim)
        self.pooling: nn.Module = build_pooling(
            config, width, layers=reader.layers, cls_is_last=reader.cls_is_last
        )
        self.several = kind in SEVERAL_LAYERS or kind == POOLER

    def __call__(self, batch: dict[str, Tensor]) -> Tensor:
        """A batch with `special_tokens_mask` -> vectors (B, D)."""
        inputs = {name: value for name, value in batch.items() if name != "special_tokens_mask"}
        encoded: Encoded = self.reader.encoder(**inputs)
        if not self.several:
            encoded = replace(encoded, layers_BTD=(encoded.layers_BTD[self.cell.layers[0]],))
        return self.pooling(replace(encoded, special_BT=batch["special_tokens_mask"])).float()


def contributions(pooled: Pooled, item: dict[str, list[int]], predict: Predict) -> Contributions:
    """Measure one sentence.

    Args:
        pooled: gives vectors.
        item: its `input_ids`, `special_tokens_mask` and what else the model takes.
        predict: what is made of its vector.
    """
    reader = pooled.reader
    place = next(reader.encoder.parameters()).device
    batch = {name: value.to(place) for name, value in Collator(reader.pad_token_id)([item]).items()}
    with torch.inference_mode():
        whole_1D = pooled(batch)
        predicted = float(predict(whole_1D)[0])
    lost, fallen = _leave_one_out(pooled, batch, whole_1D, predict)
    by_vector, by_prediction = _gradients(pooled, batch, predict)
    vector = {"leave_one_out": lost, "gradient_x_input": by_vector}
    rolled = rollout(reader, batch, pooled.cell)
    if rolled is not None:
        vector["rollout"] = rolled
    return Contributions(vector, {"leave_one_out": fallen, "gradient_x_input": by_prediction}, predicted)


@torch.inference_mode()
def _leave_one_out(
    pooled: Pooled, batch: dict[str, Tensor], whole_1D: Tensor, predict: Predict
) -> tuple[np.ndarray, np.ndarray]:
    """What the vector and the prediction lose where no token sees, and no pooling counts, one token.

    The token's place stays, so that all others keep their positions.
    """
    tokens = batch["input_ids"].shape[1]
    predicted = predict(whole_1D)[0]
    lost, fallen = [], []
    for start in range(0, tokens, ROWS_AT_ONCE):
        places = torch.arange(start, min(start + ROWS_AT_ONCE, tokens), device=whole_1D.device)
        many = {name: value.expand(len(places), -1).clone() for name, value in batch.items()}
        many["attention_mask"][torch.arange(len(places), device=places.device), places] = 0
        without_BD = pooled(many)
        lost.append(1 - torch.cosine_similarity(without_BD, whole_1D, dim=-1))
        fallen.append(predicted - predict(without_BD))
    return torch.cat(lost).cpu().numpy(), torch.cat(fallen).cpu().numpy()


def _gradients(pooled: Pooled, batch: dict[str, Tensor], predict: Predict) -> tuple[np.ndarray, np.ndarray]:
    """Gradient times input, of the vector's length along itself and of the prediction.

    Source: Shrikumar et al. 2017, section 2.2, https://arxiv.org/abs/1704.02685
    """
    kept: list[Tensor] = []

    def remember(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        kept.append(output.detach().requires_grad_())
        return kept[-1]

    hook = pooled.reader.backbone.get_input_embeddings().register_forward_hook(remember)  # type: ignore[union-attr]
    try:
        with torch.enable_grad():
            vector_1D = pooled(batch)
            along = vector_1D @ nn.functional.normalize(vector_1D.detach()[0], dim=0)
            found = []
            for aim in (along.sum(), predict(vector_1D).sum()):
                (gradient_1TE,) = torch.autograd.grad(aim, kept[0], retain_graph=True)
                # XLNet has its tokens in front of its rows; here is one row.
                found.append((gradient_1TE * kept[0]).sum(dim=-1).reshape(-1).detach().cpu().numpy())
    finally:
        hook.remove()
    return found[0], found[1]
