"""Room for new tokens in the embedding table."""

from collections import Counter
from collections.abc import Sequence
from typing import cast

import torch
from torch import nn
from transformers import PreTrainedModel

from haechi.tokenization.new_tokens import NewToken

# Noise in spreads of the table: for a token with a start of its own; for one that shares its pieces with
# another, so that they lie as far apart as two markers of other pieces do; and for one without any.
OWN, SHARED, NONE = 0.02, 0.3, 1.0


def make_room(model: PreTrainedModel, tokens: Sequence[NewToken], rows: int) -> None:
    """Grow the word embeddings to at least `rows` and give each new token a start of its own.

    A table that is larger already is never made smaller; tied output embeddings and their bias grow along.
    A new token starts as the mean of the pieces that its text had before, whether its row is new or was
    that of a spare slot, so that two new tokens differ from the first step on. Where it had no pieces, it
    starts as the mean of the table. Noise is added in any case. benchmarks/new_tokens.py measures it.

    Args:
        model: changed in place.
        tokens: the new ones.
        rows: one more than the largest id.
    """
    table = cast(nn.Embedding, model.get_input_embeddings())
    before = table.weight.shape[0]
    if rows > before:
        model.resize_token_embeddings(rows, mean_resizing=False)
        table = cast(nn.Embedding, model.get_input_embeddings())
    if not tokens:
        return
    with torch.no_grad():
        old = table.weight[:before].float()
        center, spread = old.mean(dim=0), old.std(dim=0)
        sharing = Counter(tuple(sorted(token.pieces)) for token in tokens)
        starts: list[torch.Tensor] = []
        for token in tokens:
            scale = NONE
            if token.pieces:
                scale = OWN if sharing[tuple(sorted(token.pieces))] == 1 else SHARED
            start = table.weight[list(token.pieces)].float().mean(dim=0) if token.pieces else center
            starts.append(start + scale * spread * torch.randn_like(center))
        # Written at the end: a slot that was given away may be among the pieces of another token.
        table.weight[[token.index for token in tokens]] = torch.stack(starts).to(table.weight.dtype)
