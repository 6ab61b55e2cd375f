"""A judged run -> vectors of every sentence at every layer, on disk."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import PreTrainedModel

from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import EncodedSplit
from haechi.modeling.build import build_backbone, runs_on_cpu
from haechi.modeling.cpu_memory import keep_freed_memory
from haechi.modeling.encoder import Encoder
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run
from haechi.rows.examples import Example
from haechi.schema.task import Objective
from haechi.study.collect import Plan, Vectors, collect
from haechi.study.store import Store

log = logging.getLogger(__name__)

SAID_EVERY_SECONDS = 20.0


class Reader(NamedTuple):
    """What reads sentences: the encoder in evaluation mode, and what its inputs are made by."""

    encoder: Encoder
    evidence: Evidence
    form: InputFormat

    @property
    def backbone(self) -> PreTrainedModel:
        """The encoder's own model."""
        return self.encoder.backbone

    @property
    def layers(self) -> int:
        """Number of the last layer; the embeddings are 0."""
        return int(self.backbone.config.num_hidden_layers)

    @property
    def cls_is_last(self) -> bool:
        """Whether the classification token ends the text."""
        return self.backbone.config.model_type in CLS_IS_LAST

    @property
    def pad_token_id(self) -> int:
        """Id that fills rows up."""
        return self.evidence.final_tokenizer.padding_id

    def tokens(self, sentences: Sequence[Example]) -> EncodedSplit:
        """Token ids of sentences, as training would read each of them by itself."""
        return encode(sentences, self.evidence.final_tokenizer, self.form, labelled=False)


def open_reader(run: Run, evidence: Evidence, form: InputFormat) -> Reader:
    """Load the run's encoder, whole: no layer is narrowed, whatever the run's pooling reads.

    Args:
        run: the run.
        evidence: what was judged.
        form: how the task's rows are laid out.
    """
    encoder = Encoder(build_backbone(run, evidence), all_layers=True)
    if runs_on_cpu():
        keep_freed_memory()
    single = Objective.relation if form.objective is Objective.relation else Objective.classification
    # Labels are none of its business: those of relations are looked up by name, any will do.
    form = replace(form, objective=single, text_pair=False, special_tokens=True)
    if single is Objective.classification:
        form = replace(form, labels=None)
    return Reader(encoder.eval().to(device()), evidence, form)


def device() -> str:
    """Where the encoder runs."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def encoded(
    reader: Reader, sentences: Sequence[Example], plan: Plan, run: Run
) -> Iterator[tuple[Vectors, dict[str, Any]]]:
    """The vectors of some sentences, for as long as the block lasts, and what it took to get them.

    Raises:
        RunFault: the disk has not the room.
    """
    started = time.perf_counter()
    split, order = reader.tokens(sentences).by_length()
    config = reader.backbone.config
    hidden = int(getattr(config, "hidden_size", None) or config.dim)
    embedding = int(reader.backbone.get_input_embeddings().weight.shape[1])  # type: ignore[union-attr]
    store = Store(run.folder / "vectors.bin", np.array(order), plan.widths(hidden, embedding))
    lengths_N = np.empty(len(order), np.int64)
    lengths_N[order] = split.lengths
    tokens = int(lengths_N.sum())
    try:
        begun = time.perf_counter()
        collect(
            reader.encoder, split, plan, store,
            batch_size=run.config.trainer.per_device_eval_batch_size,
            pad_token_id=reader.pad_token_id,
            cls_is_last=reader.cls_is_last,
            on_batch=_Progress(len(sentences)),
        )  # fmt: skip
        seconds = time.perf_counter() - begun
        log.info(
            "one pass over %s sentences (%s tokens): %.1f s, %.2f GB of vectors on disk for the time being",
            f"{len(sentences):,}", f"{tokens:,}", seconds, store.bytes / 1e9,
        )  # fmt: skip
        yield Vectors(store, lengths_N), {
            "sentences": len(sentences), "tokens": tokens, "pass_seconds": round(seconds, 3),
            "tokenize_seconds": round(begun - started, 3), "bytes_on_disk": store.bytes,
        }  # fmt: skip
    finally:
        store.close()


class _Progress:
    """Says now and then how far a long pass is."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.started = self.said = time.perf_counter()

    def __call__(self, done: int) -> None:
        now = time.perf_counter()
        if now - self.said < SAID_EVERY_SECONDS or done == self.total:
            return
        self.said = now
        log.info("%s of %s sentences, the longest first", f"{done:,}", f"{self.total:,}")
