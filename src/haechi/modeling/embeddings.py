"""Room for new tokens in the embedding table."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn
from transformers import PreTrainedModel

from haechi.tokenization.new_tokens import NewToken


def make_room(model: PreTrainedModel, tokens: Sequence[NewToken], rows: int) -> None:
    """Grow the word embeddings to at least `rows` and give each new token a start of its own.

    A table that is larger already is never made smaller. A new token starts as the mean of the pieces
    that its text had before, so that two new tokens differ from the first step on; where it had none,
    it starts as the mean of the whole table plus noise of the table's own spread. A little noise is
    added in any case, since two markers may have had the same pieces.
    """
    table = cast(nn.Embedding, model.get_input_embeddings())
    before = table.weight.shape[0]
    if rows > before:
        model.resize_token_embeddings(rows, mean_resizing=False)
        table = cast(nn.Embedding, model.get_input_embeddings())
    with torch.no_grad():
        old = table.weight[:before]
        center, spread = old.mean(dim=0), old.std(dim=0)
        for token in tokens:
            start = old[list(token.pieces)].mean(dim=0) if token.pieces else center
            scale = 0.02 if token.pieces else 1.0
            table.weight[token.index] = start + scale * spread * torch.randn_like(center)
