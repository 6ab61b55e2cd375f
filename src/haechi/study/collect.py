"""One pass over the sentences: every layer's tokens are pooled in every way while they are here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from haechi.data.collate import Collator
from haechi.data.split import EncodedSplit
from haechi.modeling.encoded import Encoded
from haechi.modeling.encoder import Encoder
from haechi.modeling.poolings.tokens import counted_tokens, first_position, last_position, vector_at
from haechi.study.cells import BY_LAYER, EMBEDDINGS, FIRST_LAST, LAST_FOUR, PAIR, POOLER, several_layers
from haechi.study.store import Key, Store

# Shape suffixes: B rows, T tokens with padding, D hidden size, K kinds of weighted averages, N sentences.

AVERAGES = ("mean", "mean_without_special", "weighted_mean")
"""Poolings that are a weighted average, so that one product gives all of them."""
MOST_TOKENS = 16_384
"""Tokens of a pass, padding among them: thirteen layers of them, 768 wide, take 650 MB."""
DERIVED = {"mean_sqrt_len": "mean"}
"""The same sum with another divisor: made of what is stored."""


@dataclass(frozen=True)
class Plan:
    """Which vectors are stored."""

    by_layer: dict[int, tuple[str, ...]]
    """Poolings of each layer that is read."""
    pooler: bool

    def widths(self, hidden: int, embedding: int) -> dict[Key, int]:
        """Widths of everything stored."""
        keys: dict[Key, int] = {
            (name, layer): hidden for layer, names in self.by_layer.items() for name in names
        }
        return {**keys, **({(POOLER, -1): hidden} if self.pooler else {}), (EMBEDDINGS, -1): embedding}


def plan_of(poolings: Sequence[str], layers: Sequence[int], last: int, *, has_pooler: bool) -> Plan:
    """What must be stored for some poolings at some layers."""
    stored = dict.fromkeys(DERIVED.get(name, name) for name in poolings if name in BY_LAYER)
    wanted = {layer: dict(stored) for layer in layers}
    for name in (FIRST_LAST, LAST_FOUR):
        if name in poolings:
            for layer in several_layers(name, last):
                wanted.setdefault(layer, {})["mean"] = None
    if PAIR in poolings:
        for layer in layers:
            wanted[layer]["mean"] = None
    by_layer = {layer: tuple(names) for layer, names in sorted(wanted.items())}
    return Plan(by_layer, POOLER in poolings and has_pooler)


@torch.inference_mode()
def collect(
    encoder: Encoder,
    split: EncodedSplit,
    plan: Plan,
    store: Store,
    *,
    batch_size: int,
    pad_token_id: int,
    cls_is_last: bool = False,
    on_batch: Callable[[int], None] | None = None,
) -> None:
    """Encode every sentence once and store what the plan names.

    Args:
        encoder: gives all layers; in evaluation mode.
        split: the sentences in the order of the store, the longest first, with `special_tokens_mask`.
        plan: what is stored.
        store: where.
        batch_size: sentences in a pass, fewer where they are long.
        pad_token_id: fills rows up.
        cls_is_last: whether the model puts its classification token at the end.
        on_batch: hears how many sentences are done.
    """
    collate, device = Collator(pad_token_id), next(encoder.parameters()).device
    start = 0
    while start < len(split):
        # All layers of a batch are in memory at once.
        rows = min(batch_size, max(1, MOST_TOKENS // max(1, len(split.input_ids[start]))))
        items = [_unlabelled(split[index]) for index in range(start, min(start + rows, len(split)))]
        batch = {name: value.to(device) for name, value in collate(items).items()}
        for key, vectors_BD in _pooled(encoder, batch, plan, cls_is_last):
            store.write(key, start, vectors_BD.float().cpu().numpy())
        start += len(items)
        if on_batch is not None:
            on_batch(start)


def _unlabelled(item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: item[name] for name in ("input_ids", "token_type_ids", "special_tokens_mask") if name in item
    }


def _pooled(
    encoder: Encoder, batch: dict[str, Tensor], plan: Plan, cls_is_last: bool
) -> Iterator[tuple[Key, Tensor]]:
    """Every vector of a batch that the plan names."""
    special_BT = batch.pop("special_tokens_mask")
    encoded = encoder(**batch)
    encoded.special_BT = special_BT
    weights_BKT = average_weights(encoded)
    if plan.pooler:
        assert encoded.pooler_BD is not None, "the plan asks for no pooler that is not there"
        yield (POOLER, -1), encoded.pooler_BD
    embedded_BTD = encoder.backbone.get_input_embeddings()(batch["input_ids"])
    yield (EMBEDDINGS, -1), (weights_BKT[:, 1:2] @ embedded_BTD.float())[:, 0]
    mask_BT = encoded.mask_BT
    padding_BT1 = ~mask_BT.bool().unsqueeze(-1)
    is_padded = bool(padding_BT1.any())
    places = {"cls": last_position(mask_BT) if cls_is_last else first_position(mask_BT),
              "last_token": last_position(mask_BT)}  # fmt: skip
    for layer, names in plan.by_layer.items():
        layer_BTD = encoded.layers_BTD[layer]
        for name, place_B in places.items():
            if name in names:
                yield (name, layer), vector_at(layer_BTD, place_B, mask_BT)
        if "max" in names:
            lowest = torch.finfo(layer_BTD.dtype).min
            filled_BTD = layer_BTD.masked_fill(padding_BT1, lowest) if is_padded else layer_BTD
            yield ("max", layer), filled_BTD.amax(dim=1)
        wanted = [index for index, name in enumerate(AVERAGES) if name in names]
        if wanted:
            averages_BKD = weights_BKT[:, wanted] @ layer_BTD.float()
            for place, index in enumerate(wanted):
                yield (AVERAGES[index], layer), averages_BKD[:, place]


def average_weights(encoded: Encoded) -> Tensor:
    """What each token weighs in `AVERAGES`: (B, K, T) in float32; the sum is 1, or 0 where none counts."""
    every_BT, plain_BT = counted_tokens(encoded, True), counted_tokens(encoded, False)
    number_BT = every_BT.cumsum(dim=1) * every_BT
    raw_BKT = torch.stack([every_BT.float(), plain_BT.float(), number_BT.float()], dim=1)
    return raw_BKT / raw_BKT.sum(dim=-1, keepdim=True).clamp(min=1)


class Vectors:
    """The matrix of every cell, from what is stored."""

    def __init__(self, store: Store, lengths_N: np.ndarray) -> None:
        """`lengths_N` are the tokens of each sentence, special ones included."""
        self.store = store
        self.lengths_N = lengths_N

    def of(self, pooling: str, layers: Sequence[int]) -> np.ndarray:
        """Vectors of all sentences (N, D) in float32: of a pooling of one layer or over several."""
        if pooling in DERIVED:
            scale_N1 = np.sqrt(self.lengths_N.astype(np.float32))[:, None]
            return self.store.read((DERIVED[pooling], layers[0])) * scale_N1
        if pooling in (FIRST_LAST, LAST_FOUR, PAIR):
            total_ND = self.store.read(("mean", layers[0]))
            for layer in layers[1:]:
                total_ND += self.store.read(("mean", layer))
            return total_ND / len(layers)
        return self.store.read((pooling, layers[0] if layers else -1))
