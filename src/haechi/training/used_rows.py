"""The word embeddings of the tokens that occur in the train rows, and no others, as what is trained.

A multilingual vocabulary has some hundred thousand entries, of which Korean texts use a few thousand. The
embeddings of the others never get a gradient, so AdamW leaves them as they are, but for weight decay; it
passes over them in every step all the same, and so do clipping and whoever empties the gradients. Here they
stay out of all that, and end with the numbers that they would have had.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from haechi.data.split import EncodedSplit
from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel
from haechi.schema.trainer import TrainerConfig

log = logging.getLogger(__name__)

# Shape suffixes: V rows of the vocabulary, U of them that are trained, D their width, B texts, T tokens.

MOST_USED = 0.75
"""Share of the rows from which on leaving out the others wins too little."""
USED_ROWS = "used_rows"
"""In the optimizer's group of the embeddings, a digest of which rows they are."""
ITEMS_AT_ONCE = 10_000


class UsedRows(nn.Module):
    """An embedding whose trained parameter has the rows in use; for the rest of the program it is whole.

    Weights are read and written under the name and in the shape of the embedding that it stands for.

    Shape:
        input_ids: (B, T).
        returns: (B, T, D).
    """

    used_U: Tensor
    place_V: Tensor

    def __init__(self, table: nn.Embedding, used_U: Tensor) -> None:
        """Takes over the table, which is of no use to anyone else afterwards.

        Args:
            table: the embedding.
            used_U: ids of the rows in use, ascending.
        """
        super().__init__()
        self.table_VD = table.weight.requires_grad_(False)
        self.weight = nn.Parameter(self.table_VD.detach()[used_U])
        place_V = torch.full((len(self.table_VD),), -1)
        place_V[used_U] = torch.arange(len(used_U))
        self.register_buffer("used_U", used_U, persistent=False)
        self.register_buffer("place_V", place_V, persistent=False)
        self.padding_id = table.padding_idx
        self.padding_place = None if table.padding_idx is None else int(place_V[table.padding_idx])

    def forward(self, input_ids: Tensor) -> Tensor:
        """Token ids -> vectors; in training an id that is not in use is an error, as one beyond the table."""
        place_BT = self.place_V[input_ids]
        if self.training:
            return functional.embedding(place_BT, self.weight, self.padding_place)
        used_BTD = functional.embedding(place_BT.clamp(min=0), self.weight)
        rest_BTD = functional.embedding(input_ids, self.table_VD)
        return torch.where(place_BT[..., None] >= 0, used_BTD, rest_BTD)

    def decay(self, rate: float) -> None:
        """What a step does to the rows that are not in use, at this learning rate times weight decay."""
        self.table_VD.mul_(1 - rate)

    def whole(self) -> Tensor:
        """A copy of all rows, (V, D)."""
        return self.table_VD.detach().index_copy(0, self.used_U, self.weight.detach())

    def as_embedding(self) -> nn.Embedding:
        """The embedding with its rows as they are now."""
        self.table_VD.index_copy_(0, self.used_U, self.weight.detach())
        rows, width = self.table_VD.shape
        table = nn.Embedding(rows, width, self.padding_id, _weight=self.table_VD)
        table.weight.requires_grad_(True)
        return table.train(self.training)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        destination[f"{prefix}weight"] = self.whole()

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, local_metadata: dict[str, Any], strict: bool,
        missing_keys: list[str], unexpected_keys: list[str], error_msgs: list[str],
    ) -> None:  # fmt: skip
        name = f"{prefix}weight"
        found = state_dict.get(name)
        if found is None:
            missing_keys.append(name)
        elif found.shape != self.table_VD.shape:
            error_msgs.append(f"size mismatch for {name}: {tuple(found.shape)} is stored")
        else:
            with torch.no_grad():
                self.table_VD.copy_(found)
                self.weight.copy_(self.table_VD[self.used_U])


@contextmanager
def only_used_rows(
    model: TextModel, split: EncodedSplit, padding_id: int, config: TrainerConfig
) -> Iterator[None]:
    """Train the rows of the word embeddings that a split uses; the model is what it was afterwards.

    Where most of them are in use, or none is trained, nothing is done; nor where decayed rows are averaged,
    since of those that are not in use no average is kept.

    Args:
        model: what is trained.
        split: all rows that it is trained on.
        padding_id: what short rows are filled up with.
        config: how it is trained.
    """
    backbone = model.encoder.backbone
    table = _lone_embedding(model)
    averages_decay = bool(config.ema_decay and config.weight_decay)
    if config.frozen_layers or averages_decay or table is None:
        yield
        return
    used_U = used_rows(split, padding_id, len(table.weight))
    if len(used_U) > MOST_USED * len(table.weight):
        yield
        return
    log.info(
        "word embeddings: %s of %s are in use, and trained", f"{len(used_U):,}", f"{len(table.weight):,}"
    )
    standing = UsedRows(table, used_U.to(table.weight.device)).train(table.training)
    backbone.set_input_embeddings(standing)
    try:
        yield
    finally:
        backbone.set_input_embeddings(standing.as_embedding())


def _lone_embedding(model: TextModel) -> nn.Embedding | None:
    """The word embeddings, if they are plain ones that nothing else of the model reads."""
    table = model.encoder.backbone.get_input_embeddings()
    if type(table) is not nn.Embedding or table.max_norm is not None or table.scale_grad_by_freq:
        return None
    held = [item for module in model.modules() for item in module._parameters.values()]
    return table if sum(item is table.weight for item in held) == 1 else None


def used_rows(split: EncodedSplit, padding_id: int, rows: int) -> Tensor:
    """Ids that a split has, and that of the padding, ascending; `rows` is how many there are in all."""
    is_used = np.zeros(rows, dtype=bool)
    is_used[padding_id] = True
    items = chain(split.input_ids, split.pair_input_ids or ())
    while some := list(islice(items, ITEMS_AT_ONCE)):
        is_used[np.fromiter(chain.from_iterable(some), dtype=np.int64)] = True
    return torch.from_numpy(np.flatnonzero(is_used))


def follow(optimizer: torch.optim.Optimizer, model: nn.Module) -> None:
    """Have an optimizer, which was built for the model, decay the rows that are not in use after each step.

    Its state says which rows it is of: to go on with those of others would move tokens by the moments of
    other tokens.

    Raises:
        RunFault: by the optimizer's `load_state_dict`, where the state is of other rows.
    """
    for module in model.modules():
        if isinstance(module, UsedRows):
            _decay_the_rest(optimizer, module)
    wanted = _used_by(optimizer)

    def check(optimizer: torch.optim.Optimizer) -> None:
        if _used_by(optimizer) != wanted:
            raise RunFault(
                "the checkpoint is of a training on other rows: they use other entries of the vocabulary",
                ["its optimizer has moments of their embeddings, which would move those of other tokens"],
                ["trainer.resume=null"],
            )

    optimizer.register_load_state_dict_post_hook(check)


def _decay_the_rest(optimizer: torch.optim.Optimizer, standing: UsedRows) -> None:
    """After each step, at the rate and the decay of the rows in use."""
    groups = optimizer.param_groups
    number = next(i for i, group in enumerate(groups) if any(p is standing.weight for p in group["params"]))
    groups[number][USED_ROWS] = blake2b(standing.used_U.cpu().numpy().tobytes(), digest_size=16).hexdigest()

    def after_step(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        group = optimizer.param_groups[number]
        if group["weight_decay"]:
            standing.decay(group["lr"] * group["weight_decay"])

    optimizer.register_step_post_hook(after_step)


def _used_by(optimizer: torch.optim.Optimizer) -> list[str | None]:
    """Digests of the rows in use, by the groups."""
    return [group.get(USED_ROWS) for group in optimizer.param_groups]
