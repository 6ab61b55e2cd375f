"""Masked words: whether a checkpoint was trained with the vocabulary that its text is cut by.

A head for masked words predicts a token from its context. Cut by the vocabulary of its training, a text
has true tokens that their contexts make more probable; cut by another one, even of the same size, it has
ids that mean something else to the model, and the contexts say nothing of them. Nothing has to be known
of either vocabulary.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedModel

from haechi.modeling.encoder import loading_options
from haechi.preflight.depth import MaskedWords
from haechi.tokenization.runtime import RuntimeTokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding

# Shape suffixes: B rows, T tokens with padding, N masked tokens, V entries of the vocabulary.

MOST_ROWS = 128
MOST_TOKENS = 64
# Few texts are masked several times over, each time at other places.
MOST_TIMES = 8
# One token in eight at most: BERT learned with 15 in 100 masked, so contexts like these are known to it.
TOKENS_PER_MASK = 8
ROWS_AT_ONCE = 8

Row = tuple[list[int], list[int], list[int]]
"""Token ids, segment ids and masked places."""


def load_masked_word_model(folder: Path, *, pickle: bool = False) -> PreTrainedModel | None:
    """The checkpoint with its head for masked words, in float32; None where not all of it is stored."""
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if type(config) not in AutoModelForMaskedLM._model_mapping:
        return None
    options: dict[str, Any] = {"config": config, **loading_options(pickle)}
    # First without the weights: a large checkpoint without such a head is not read for nothing.
    _, found = AutoModelForMaskedLM.from_pretrained(
        folder, **options, device_map="meta", ignore_mismatched_sizes=True, output_loading_info=True
    )
    if found["missing_keys"] or found["mismatched_keys"]:
        return None
    return AutoModelForMaskedLM.from_pretrained(folder, **options, dtype=torch.float32).eval()


def try_masked_words(
    model: PreTrainedModel,
    tokenizer: RuntimeTokenizer,
    texts: Sequence[str],
    *,
    token_type_ids: bool,
    max_length: int = MOST_TOKENS,
    seed: int = 0,
) -> MaskedWords | None:
    """Mask tokens of real texts and ask the model which belongs where.

    Args:
        model: a checkpoint with its head for masked words, in evaluation mode.
        tokenizer: the tokenizer in question; it must have a mask token.
        texts: real sentences.
        token_type_ids: whether segment ids reach the model.
        max_length: longest input, in tokens.
        seed: which texts and which of their tokens are drawn.

    Returns:
        The measurement, or None where no two different tokens could be masked.
    """
    rows = draw_rows(tokenizer, texts, min(max_length, MOST_TOKENS), random.Random(seed))
    targets_N = torch.tensor([ids[place] for ids, _, places in rows for place in places], dtype=torch.int64)
    if len(set(targets_N.tolist())) < 2:
        return None
    scores_NN: list[Tensor] = []
    vocabulary = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        logits_NV = _logits(model, rows[start : start + ROWS_AT_ONCE], tokenizer, token_type_ids)
        vocabulary = logits_NV.shape[1]
        scores_NN.append(logits_NV.log_softmax(dim=-1)[:, targets_N])
    return compare_pairs(torch.cat(scores_NN), targets_N, vocabulary)


def draw_rows(
    tokenizer: RuntimeTokenizer, texts: Sequence[str], max_length: int, chance: random.Random
) -> list[Row]:
    """Texts as token ids with the places to mask, rows of like length side by side."""
    times = min(MOST_TIMES, math.ceil(MOST_ROWS / max(len(texts), 1)))
    drawn = chance.sample(list(texts), len(texts))[:MOST_ROWS] * times
    encodings = tokenizer.encode(drawn[:MOST_ROWS], None, max_length)
    rows = [(item.ids, item.type_ids, _places(item, tokenizer, chance)) for item in encodings]
    return sorted((row for row in rows if row[2]), key=lambda row: len(row[0]))


def _places(encoding: "Encoding", tokenizer: RuntimeTokenizer, chance: random.Random) -> list[int]:
    """Some places of ordinary tokens that occur once in their text.

    A token that occurs twice could be copied from its other place, whatever the ids mean.
    """
    ids, counts = encoding.ids, Counter(encoding.ids)
    special = {tokenizer.id("unk"), tokenizer.id("mask")}
    found = [
        place
        for place, (index, added) in enumerate(zip(ids, encoding.special_tokens_mask, strict=True))
        if not added and counts[index] == 1 and index not in special
    ]
    return sorted(chance.sample(found, min(len(found), max(1, len(ids) // TOKENS_PER_MASK))))


@torch.no_grad()
def _logits(
    model: PreTrainedModel, rows: Sequence[Row], tokenizer: RuntimeTokenizer, token_type_ids: bool
) -> Tensor:
    """Logits (N, V) at the masked places of some rows, in float32."""
    longest = max(len(ids) for ids, _, _ in rows)
    shape = (len(rows), longest)
    ids_BT = torch.full(shape, tokenizer.padding_id, dtype=torch.int64)
    mask_BT, segments_BT = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape, dtype=torch.int64)
    masked_BT = torch.zeros(shape, dtype=torch.bool)
    for row, (ids, segments, places) in enumerate(rows):
        ids_BT[row, : len(ids)] = torch.tensor(ids)
        segments_BT[row, : len(ids)] = torch.tensor(segments)
        mask_BT[row, : len(ids)] = 1
        masked_BT[row, places] = True
    ids_BT[masked_BT] = int(tokenizer.id("mask") or 0)
    inputs = {"input_ids": ids_BT, "attention_mask": mask_BT}
    if token_type_ids:
        inputs["token_type_ids"] = segments_BT
    return model(**inputs).logits[masked_BT].float()


def compare_pairs(scores_NN: Tensor, targets_N: Tensor, vocabulary: int) -> MaskedWords:
    """What pairs of masked tokens tell.

    Args:
        scores_NN: log-probability of the token of place j at place i.
        targets_N: id of the true token of each place; at least two are different.
        vocabulary: entries that the head chooses from.
    """
    own_N = scores_NN.diagonal()
    halves_NN = (own_N[:, None] + own_N[None] - scores_NN - scores_NN.T).double() / 2
    # Two places with the same token cannot be put wrong.
    asked_NN = (targets_N[:, None] != targets_N[None]).double()
    right_NN = ((halves_NN > 0).double() + (halves_NN == 0).double() / 2) * asked_NN
    asked = asked_NN.sum()
    shares_N = right_NN.sum(dim=1) / asked_NN.sum(dim=1).clamp(min=1)
    # Pairs share places: twice the spread of the places' own shares (Hoeffding 1948, a U-statistic of two).
    error = 2 * shares_N.std() / math.sqrt(len(targets_N))
    return MaskedWords(
        words=len(targets_N),
        put_right=float(right_NN.sum() / asked),
        error=float(error),
        margin=float((halves_NN * asked_NN).sum() / asked),
        log_probability=float(own_N.double().mean()),
        vocabulary=vocabulary,
    )
