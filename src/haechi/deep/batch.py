"""Some train rows through tokenizer, collator, encoder, pooling, head and loss, and the gradient back."""

import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.modeling.assemble import TextModel
from haechi.modeling.build import build_model
from haechi.modeling.describe import describe
from haechi.preflight.depth import FirstBatch, Stage
from haechi.preflight.evidence import Evidence
from haechi.rows.examples import Example
from haechi.rows.splits import Split
from haechi.training.loss import summed_loss

ITEMS = 4
# Of so many rows the longest one is looked for.
MOST_ENCODED = 500
SHOWN_CHARACTERS = 200
# XLNet's vector for words that are to be predicted; no fine-tuning reads it.
PRETRAINING_ONLY = ".mask_emb"
# What XLNet compares segments with, where it is given any.
OF_SEGMENTS = (".seg_embed", ".r_s_bias")


@dataclass
class Trial:
    """What was tried, as far as it came."""

    stage: Stage = Stage.encode
    items: list[dict[str, Any]] = field(default_factory=lambda: [])
    """The rows as token ids, the longest first."""
    collate: Collator | None = None
    model: TextModel | None = None
    found: FirstBatch | None = None


def try_first_batch(evidence: Evidence) -> Trial | None:
    """Train on one small batch, without a step; None where no rows are here.

    An exception is part of the answer: the run's own training would end by it.
    """
    rows = _rows(evidence)
    if not rows:
        return None
    trial = Trial()
    try:
        _try(trial, evidence, rows)
    except Exception as error:
        told = str(error).strip().splitlines()
        message = f"{type(error).__name__}: {told[0]}" if told else type(error).__name__
        lengths = [len(item["input_ids"]) for item in trial.items]
        trial.found = FirstBatch(
            len(lengths), max(lengths, default=0), error=message[:SHOWN_CHARACTERS], stage=trial.stage
        )
    return trial


def _rows(evidence: Evidence) -> list[Example]:
    """Rows to choose from, drawn evenly over the train split."""
    rows = evidence.train.sample if evidence.train else []
    split = None if rows else evidence.splits.get("train")
    if isinstance(split, Split):
        rows = split.examples
    return rows[:: max(1, math.ceil(len(rows) / MOST_ENCODED))]


def _try(trial: Trial, evidence: Evidence, rows: list[Example]) -> None:
    tokenizer, objective = evidence.final_tokenizer, evidence.config.task.objective
    description = describe(evidence)
    split = encode(rows, tokenizer, description.input_format())
    lengths = split.lengths
    order = sorted(range(len(split)), key=lambda index: -lengths[index])
    # The longest, the shortest, and some between.
    places = {round(step * (len(order) - 1) / (ITEMS - 1)) for step in range(ITEMS)}
    trial.items = [split[order[place]] for place in sorted(places)]
    trial.collate = Collator(tokenizer.padding_id)
    batch = trial.collate(trial.items)
    trial.stage = Stage.build
    model = build_model(evidence.whole, evidence, description.outputs)
    trial.stage = Stage.forward
    logits = model.train()(**batch)["logits"]
    trial.stage = Stage.loss
    loss = summed_loss(objective, logits, batch["labels"]) / len(trial.items)
    trial.stage = Stage.backward
    loss.backward()
    trial.found = _found(model, loss.detach(), batch, evidence)
    model.zero_grad(set_to_none=True)
    # What is compared afterwards are small differences, whatever the run trains in.
    trial.model = model.float().eval()


def _found(model: TextModel, loss: Tensor, batch: dict[str, Tensor], evidence: Evidence) -> FirstBatch:
    items, longest = batch["input_ids"].shape
    parameters = list(model.named_parameters())
    value = float(loss)
    learning = [
        (name, item) for name, item in parameters
        if item.requires_grad and _should_learn(name, model, evidence)
    ]  # fmt: skip
    infinite = [name for name, item in parameters if item.grad is not None and not _is_finite(item.grad)]
    return FirstBatch(
        items,
        longest,
        loss=value,
        infinite_weights=tuple(name for name, item in parameters if not _is_finite(item)),
        infinite_gradients=tuple(infinite) if math.isfinite(value) else (),
        learning=len(learning),
        untouched=tuple(name for name, item in learning if item.grad is None),
    )


def _is_finite(values: Tensor) -> bool:
    return bool(torch.isfinite(values).all())


def _should_learn(name: str, model: TextModel, evidence: Evidence) -> bool:
    """Whether the loss depends on a tensor: not on a pooler that nothing reads, nor on layers above, nor on
    segments that nothing tells apart."""
    if ".pooler." in name:
        return model.pooling is not None and evidence.config.pooling.kind == "pooler"
    if name.endswith(PRETRAINING_ONLY):
        return False
    if name.endswith(OF_SEGMENTS) and not evidence.takes_token_type_ids:
        return False
    reads_all = model.encoder.all_layers or model.encoder.layer == -1
    return reads_all or not name.startswith("encoder.")
