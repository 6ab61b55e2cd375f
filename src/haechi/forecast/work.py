"""What a run is to compute, in numbers: parameters, batches, tokens, steps."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haechi.checkpoint import architectures
from haechi.forecast import machine
from haechi.rows.survey import Survey
from haechi.schema.task import PairEncoder
from haechi.schema.trainer import Precision, Strategy

if TYPE_CHECKING:
    from haechi.preflight.evidence import Evidence
    from haechi.preflight.token_counts import TokenCounts

SHORTEST = 3


@dataclass(frozen=True)
class Work:
    """A run's sizes. Two runs with equal ones take as long and as much, on one machine."""

    parameters: int
    """Of the encoder."""
    idle_parameters: int
    """Of them the embeddings of tokens that the train rows lack: they are not trained."""
    layer_parameters: int
    """Of them those that every token goes through."""
    layers: int
    width: int
    heads: int
    rows: int
    """Rows of a train batch."""
    length: int
    """Tokens of its longest row."""
    eval_rows: int
    eval_length: int
    steps: int
    """Optimizer steps."""
    train_tokens: float
    """Tokens that go forward and backward, padding included, over the whole training."""
    eval_tokens: float
    """Tokens that go forward only, in all evaluations."""
    mean_length: float
    saves: int
    """Checkpoints that are written."""
    passes: int
    """Forward and backward passes for each row: 2 with R-Drop or FGM."""
    precision: str
    trainer: str
    device: str
    threads: int
    tracked: bool


def work_of(evidence: "Evidence") -> Work | None:
    """The sizes of a run; None while its checkpoint, rows or steps are not known, or make no sense."""
    trainer = evidence.config.trainer
    counts = (
        trainer.per_device_train_batch_size, trainer.per_device_eval_batch_size,
        trainer.gradient_accumulation_steps, evidence.config.tokenizer.max_length,
    )  # fmt: skip
    if min(counts) < 1:
        return None
    try:
        return _work_of(evidence)
    except ArithmeticError:  # numbers that rules refuse
        return None


def _work_of(evidence: "Evidence") -> Work | None:
    from haechi.preflight.steps import planned_steps

    counts, train, steps = evidence.token_counts, evidence.train, planned_steps(evidence)
    if counts is None or train is None or not steps or not counts.lengths.total():
        return None
    shape = _shape(evidence, _entries(counts, train.rows))
    if shape is None:
        return None
    config = evidence.config
    trainer, lengths = config.trainer, _lengths(evidence, counts)
    mean = sum(length * count for length, count in lengths.items()) / lengths.total()
    longest = max(lengths)
    padded = mean * 1.05 if trainer.length_bucket else (mean + longest) / 2
    batch = min(trainer.per_device_train_batch_size, max(train.rows, 1))
    if trainer.max_tokens_per_batch:
        batch = max(trainer.max_tokens_per_batch // max(longest, 1), 1)
    windows = counts.windows / max(counts.rows, 1) if counts.windows else 1.0
    if trainer.max_steps <= 0:
        steps = math.ceil(steps * windows)  # a batch is of windows
    batches = steps * trainer.gradient_accumulation_steps
    passes = 2 if trainer.r_drop_alpha or trainer.fgm_epsilon else 1
    evaluations, evaluated = _evaluations(evidence, steps), _eval_rows(evidence)
    return Work(
        **shape,
        rows=batch,
        length=longest,
        eval_rows=trainer.per_device_eval_batch_size,
        eval_length=longest,
        steps=steps,
        train_tokens=batches * batch * padded * passes,
        eval_tokens=evaluations * evaluated * mean * windows,
        mean_length=padded,
        saves=_saves(trainer.eval_strategy, evaluations),
        passes=passes,
        precision=_precision(trainer.precision),
        trainer=trainer.kind,
        device="gpu" if machine.has_gpu() else "cpu",
        threads=machine.threads(),
        tracked=config.tracking.kind != "none",
    )


def _entries(counts: "TokenCounts", rows: int) -> int:
    """Entries of the vocabulary that so many rows use, by those that the counted rows use.

    They grow with less than the fourth root: KLUE-YNAT has 1.8 times as many in 22 times the rows.
    """
    return math.ceil(len(counts.entries) * max(rows / max(counts.rows, 1), 1) ** 0.25)


def _shape(evidence: "Evidence", entries: int) -> dict[str, int] | None:
    """Sizes of the encoder, by its files or by what the catalogue knows; so many entries are in use."""
    model, facts = evidence.architecture, evidence.facts
    width, layers, heads, inner, vocabulary = (
        _whole(model.declared(name) if model else None) or _whole(getattr(facts, name, None))
        for name in (
            "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size",
        )
    )  # fmt: skip
    if width is None or layers is None or vocabulary is None:
        return None
    inner = inner or 4 * width
    # Queries, keys, values and output; two matrices of the feed-forward network, three of a gated one.
    each = 4 * width * width + (3 if _is_gated(model) else 2) * width * inner + 13 * width
    positions = _whole(model.position_rows if model else None) or facts.max_position_embeddings or 512
    embedded = _whole(model.config.get("embedding_size") if model else None) or width
    table = (vocabulary + positions + 2) * embedded
    blocks = each * (1 if model and model.model_type == "albert" else layers)
    whole = blocks + table
    if model is not None and model.tensors:
        whole = sum(math.prod(item.shape) for name, item in model.tensors.items() if not _is_head(name))
    return {
        "parameters": whole, "idle_parameters": max(vocabulary - entries, 0) * embedded,
        "layer_parameters": each * layers, "layers": layers, "width": width,
        "heads": heads or max(width // 64, 1),
    }  # fmt: skip


def _whole(value: object) -> int | None:
    """A size that is one; overrides of config.json may be anything, which rules refuse."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _is_gated(model: Any) -> bool:
    return model is not None and model.model_type in {"modernbert", *architectures.CAUSAL}


def _is_head(name: str) -> bool:
    from haechi.preflight.rules.little_disk_space import HEAD

    return HEAD.match(name) is not None


def _lengths(evidence: "Evidence", counts: Any) -> Counter[int]:
    """Items by their length in tokens as they go into the model; for a bi-encoder that of one text."""
    limit, task = evidence.config.tokenizer.max_length, evidence.config.task
    found: Counter[int] = Counter()
    for length, count in counts.lengths.items():
        halved = length / 2 if task.encoder is PairEncoder.bi and evidence.has_pairs else length
        found[max(SHORTEST, min(round(halved), limit))] += count
    return found


def _evaluations(evidence: "Evidence", steps: int) -> float:
    """Passes over the validation rows; the one over the test rows at the end is not counted."""
    trainer = evidence.config.trainer
    match trainer.eval_strategy:
        case Strategy.no:
            return 1.0
        case Strategy.steps:
            return math.ceil(steps / max(trainer.eval_steps, 1))
        case Strategy.epoch:
            from haechi.preflight.steps import planned_rows

            rows = planned_rows(evidence) or 1
            batch = trainer.per_device_train_batch_size * trainer.gradient_accumulation_steps
            return max(1, math.ceil(steps / max(math.ceil(rows / batch), 1)))


def _eval_rows(evidence: "Evidence") -> float:
    found = evidence.surveys.get("validation")
    if isinstance(found, Survey):
        return found.rows
    train = evidence.train
    return train.rows * evidence.config.task.validation_share if train else 0.0


def _saves(strategy: Strategy, evaluations: float) -> int:
    return 0 if strategy is Strategy.no else math.ceil(evaluations)


def _precision(wanted: Precision) -> str:
    """What `auto` will be, as far as the processor's own list of its abilities tells."""
    if wanted is not Precision.auto:
        return wanted.value
    if machine.has_gpu():
        return "bf16"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        flags = []
    return "bf16" if {"avx512_bf16", "amx_tile"} & set(flags) else "float32"
