"""Attention rollout: how much of a sentence's vector comes from each token, by attention alone."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings.tokens import first_position, last_position
from haechi.study.cells import FIRST_LAST, LAST_FOUR, POOLER, Cell
from haechi.study.collect import AVERAGES, DERIVED, average_weights
from haechi.study.encoding import Reader

# Shape suffixes: T tokens, D width; the batch is one row.


@torch.inference_mode()
def rollout(reader: Reader, batch: dict[str, Tensor], cell: Cell) -> np.ndarray | None:
    """The share of each token (T,), summing to 1; None where the model tells no attention.

    Attention of all heads is averaged, half of a token's vector is its own, and layers are multiplied from
    the embeddings to those that the pooling reads. A maximum weighs a token by the features it wins.

    Source: Abnar and Zuidema 2020, section 3, https://arxiv.org/abs/2005.00928
    """
    special_1T = batch["special_tokens_mask"]
    inputs = {name: value for name, value in batch.items() if name != "special_tokens_mask"}
    seen = _attentions(reader, inputs)
    if seen is None:
        return None
    attentions, hidden = seen
    mixed_TT = torch.eye(special_1T.shape[1], device=special_1T.device)
    at_layer = [mixed_TT]
    for attention_1HTT in attentions:
        mean_TT = attention_1HTT[0].float().mean(dim=0)
        step_TT = 0.5 * mean_TT + 0.5 * torch.eye(len(mean_TT), device=mean_TT.device)
        mixed_TT = step_TT / step_TT.sum(dim=-1, keepdim=True) @ mixed_TT
        at_layer.append(mixed_TT)
    encoded = Encoded(hidden, inputs["attention_mask"], special_BT=special_1T)
    layers = cell.layers or (reader.layers,)
    shares = [_weights(cell, layer, encoded, reader.cls_is_last) @ at_layer[layer] for layer in layers]
    return torch.stack(shares).mean(dim=0).cpu().numpy()


def _attentions(
    reader: Reader, inputs: dict[str, Tensor]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]] | None:
    """Attention of every layer, (1, H, T, T), and all hidden states; by the model's plain attention."""
    backbone, options = reader.backbone, reader.encoder.options
    if not reader.encoder.takes_token_type_ids:
        inputs = {name: value for name, value in inputs.items() if name != "token_type_ids"}
    before = backbone.config._attn_implementation
    try:
        backbone.set_attn_implementation("eager")
        given: Any = backbone(
            **inputs, **options, output_attentions=True, output_hidden_states=True, return_dict=True
        )
    except (ValueError, TypeError, NotImplementedError):
        return None
    finally:
        if before is not None:
            backbone.set_attn_implementation(before)
    attentions: Any = getattr(given, "attentions", None)
    tokens = inputs["input_ids"].shape[1]
    is_plain = bool(attentions) and all(
        isinstance(item, Tensor) and item.shape[-2:] == (tokens, tokens) for item in attentions
    )
    return (attentions, given.hidden_states) if is_plain and len(attentions) == reader.layers else None


def _weights(cell: Cell, layer: int, encoded: Encoded, cls_is_last: bool) -> Tensor:
    """What each token of a layer weighs in the pooling (T,)."""
    mask_1T = encoded.mask_BT
    name = DERIVED.get(cell.pooling, cell.pooling)
    name = "mean" if name in (FIRST_LAST, LAST_FOUR) else name
    if name in AVERAGES:
        return average_weights(encoded)[0, AVERAGES.index(name)]
    if name == "max":
        wins_D = encoded.layers_BTD[layer][0].argmax(dim=0)
        return torch.bincount(wins_D, minlength=mask_1T.shape[1]).float() / len(wins_D)
    reads_first = name in ("cls", POOLER) and not cls_is_last
    place = int((first_position if reads_first else last_position)(mask_1T)[0])
    return torch.eye(mask_1T.shape[1], device=mask_1T.device)[place]
