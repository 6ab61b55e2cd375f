"""Load the run's checkpoint and data once, and measure what only a loaded model tells."""

from collections.abc import Callable
from typing import TypeVar

from haechi.deep.batch import Trial, try_first_batch
from haechi.deep.masked_words import load_masked_word_model, try_masked_words
from haechi.deep.padding import try_padding
from haechi.deep.shapes import compare_tensors
from haechi.preflight.depth import (
    DepthReport,
    Fault,
    FirstBatch,
    MaskedWords,
    PaddingEffect,
    TensorAgreement,
)
from haechi.preflight.evidence import Evidence
from haechi.rows.fault import FileFault
from haechi.schema.model import Init
from haechi.text import Text

Result = TypeVar("Result")

NO_HEAD = Text(
    "the checkpoint stores no head for masked words", "체크포인트에 마스크 단어를 맞히는 헤드가 없습니다"
)
NO_MASK = Text("the tokenizer has no mask token", "토크나이저에 마스크 토큰이 없습니다")
NO_WORDS = Text(
    "no text gives two different tokens to mask", "서로 다른 두 토큰을 마스크할 수 있는 글이 없습니다"
)


def examine(evidence: Evidence) -> DepthReport:
    """Measure a run that was found fit; its files and its weights must be here.

    No exception leaves: one that the run's own training would meet is part of the report, any other
    stands there as a `Fault` of the measurement.
    """
    _hush()
    # Jobs of a sweep that are equal in these are measured once; the seed makes no difference worth the time.
    evidence.note("model", "tokenizer", "pooling", "task")
    tensors = _guarded(lambda: compare_tensors(evidence))
    if isinstance(tensors, TensorAgreement) and (tensors.missing or tensors.reshaped):
        return DepthReport(tensors)  # the training would not load it either
    batch, padding = _try_rows(evidence)
    if isinstance(batch, FirstBatch) and not batch.succeeded:
        return DepthReport(tensors, batch)  # nor would anything else come of it
    words = _guarded(lambda: _try_masked_words(evidence))
    if isinstance(words, Text):
        return DepthReport(tensors, batch, padding, untestable=words)
    return DepthReport(tensors, batch, padding, words)


def _try_rows(evidence: Evidence) -> tuple[FirstBatch | Fault | None, PaddingEffect | Fault | None]:
    """What needs the run's model; it is let go afterwards, so that another one has room."""
    trial = _guarded(lambda: try_first_batch(_with_rows(evidence)))
    if not isinstance(trial, Trial):
        return trial, None
    if trial.found is None or not trial.found.succeeded:
        return trial.found, None
    return trial.found, _guarded(lambda: _try_padding(trial, evidence))


def _hush() -> None:
    """transformers reports on its own what is judged here."""
    from transformers import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _guarded(measure: Callable[[], Result]) -> Result | Fault:
    try:
        return measure()
    except Exception as error:
        return Fault(f"{type(error).__name__}: {str(error)[:200]}")


def _with_rows(evidence: Evidence) -> Evidence:
    """The evidence with the rows of a hub data set, which no file holds."""
    task = evidence.config.task
    if task.files.train or not task.dataset.path or evidence.has_rows_in_memory:
        return evidence
    from haechi.data.hub import load_from_hub

    try:
        return Evidence(evidence.whole, weights=True, full=True, loaded=load_from_hub(task))
    except FileFault:
        return evidence  # judged when the run starts


def _try_padding(trial: Trial, evidence: Evidence) -> PaddingEffect | None:
    if trial.model is None or trial.collate is None:
        return None
    architecture = evidence.architecture
    return try_padding(
        trial.model, trial.items, trial.collate, architecture.usable_positions if architecture else None
    )


def _try_masked_words(evidence: Evidence) -> MaskedWords | Text | None:
    """The measurement, why there is none, or None where there is nothing to ask: weights drawn anew."""
    checkpoint, tokenizer = evidence.checkpoint, evidence.tokenizer
    if evidence.config.model.init is Init.scratch or checkpoint is None or tokenizer is None:
        return None
    if tokenizer.id("mask") is None:
        return NO_MASK
    model = load_masked_word_model(checkpoint.folder, pickle=checkpoint.is_pickle)
    if model is None:
        return NO_HEAD
    found = try_masked_words(
        model,
        tokenizer,
        evidence.probe_texts,
        token_type_ids=evidence.takes_token_type_ids,
        max_length=evidence.config.tokenizer.max_length,
    )
    return found or NO_WORDS
