"""Sizes of a run -> its memory and its time: what must be computed and kept, times what earlier runs say.

The first guess counts: 16 bytes a parameter (weights, gradients and AdamW's two moments in float32), 4 of one
that is not trained, what the backward pass needs of each layer and token, and floating-point operations
(Kaplan et al. 2020, section 2.1, https://arxiv.org/abs/2001.08361, with attention, 2 a parameter and token
forward and twice that backward).
Runs that have finished on this machine correct it: each by how like it is to the one that is forecast.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from haechi.forecast.records import Record, records
from haechi.forecast.work import Work
from haechi.text import Text

GIBIBYTE = 2**30
# Resident memory of Python, torch and transformers, with and without mlflow; measured on Linux.
LIBRARIES = {False: 590 * 2**20, True: 760 * 2**20}
PARAMETER_BYTES, IDLE_PARAMETER_BYTES = 16, 4
# Of them what a checkpoint holds.
SAVED_BYTES, IDLE_SAVED_BYTES = 12, 4
# Bytes that the backward pass needs: for each token, layer and unit of width; for each attention weight.
UNIT_BYTES = {"float32": 55.0, "bf16": 42.0, "fp16": 42.0}
WEIGHT_BYTES = {"float32": 9.0, "bf16": 6.0, "fp16": 6.0}
# The same for a token in an evaluation, of one layer.
EVALUATED_BYTES = 56.0
# Floating-point operations a second and thread, until this machine has shown its own: cores with AVX-512.
RATE = {"float32": 100e9, "bf16": 310e9, "fp16": 25e9}
GPU_RATE = {"float32": 2e13, "bf16": 1e14, "fp16": 1e14}
# Beside the operations: once a training, for each layer and step, for each parameter and step (AdamW,
# clipping, the weights in bf16), for each evaluation with its checkpoint, for each byte of that.
START_SECONDS, LAYER_SECONDS, PARAMETER_SECONDS = 0.6, 0.003, 1.5e-9
EVALUATION_SECONDS, SAVED_BYTES_PER_SECOND = 0.12, 1e9
# Of an evaluation after the training: scikit-learn is imported for the first one.
AFTER_SECONDS = 1.2
# Imports, verdict, rows, model, saving.
OTHER_SECONDS = {False: 4.0, True: 6.0}
# The same for another run of a process: what is imported stays.
OTHER_SECONDS_WARM = {False: 1.0, True: 1.5}
# A record weighs as much as its likeness; the guess itself as one that is so far away.
NO_RECORD = 0.02
# A machine that is so much busier is said to be.
NOTICED = 1.25
# How far a refusal is from the forecast: only what surely does not fit is refused.
SURE, SURE_UNCALIBRATED = 0.85, 0.6


@dataclass(frozen=True)
class Forecast:
    """What a run will take."""

    memory_bytes: int
    """Peak of the resident memory, or of the GPU's."""
    seconds: float
    """From its start to its end, where nothing else runs."""
    runs: int
    """Runs on this machine that the forecast rests on; without any it is rough."""
    warm_seconds: float = 0.0
    """The same for another run of a process that has imported everything, as in a sweep."""
    load: float = 1.0
    """How much longer it takes by what else runs now."""

    @property
    def surely_bytes(self) -> float:
        """What it takes at least, as far as the forecast can be trusted."""
        return self.memory_bytes * (SURE if self.runs else SURE_UNCALIBRATED)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "memory_bytes": self.memory_bytes, "seconds": round(self.seconds * self.load, 1),
            "seconds_alone": round(self.seconds, 1), "calibrated": self.runs > 0,
        }  # fmt: skip

    @property
    def text(self) -> Text:
        """For people, in one line."""
        return described(self.memory_bytes, self.seconds, self.runs, self.load)


def described(memory_bytes: float, seconds: float, runs: int, load: float = 1.0, jobs: int = 1) -> Text:
    """One line on a run, or on the jobs of a sweep one after another."""
    gibibytes, time = f"{memory_bytes / GIBIBYTE:.1f} GiB", duration(seconds * load)
    on = "by 1 run" if runs == 1 else f"by {runs} runs"
    basis = Text(f"calibrated on this machine {on}", f"이 컴퓨터의 실행 {runs}개로 보정")
    if not runs:
        basis = Text("rough: no run has finished on this machine", "어림값: 이 컴퓨터에서 끝난 실행이 없음")
    if load > NOTICED:
        basis = Text(
            f"{basis}; {duration(seconds)} if nothing else ran here",
            f"{basis.ko}. 다른 프로그램이 없다면 {duration(seconds).ko}",
        )
    of = Text(f"{jobs} jobs, ", f"작업 {jobs}개, ") if jobs > 1 else Text("", "")
    return Text(
        f"forecast: {of}about {gibibytes} of memory, {time} ({basis})",
        f"예상: {of.ko}메모리 약 {gibibytes}, {time.ko} ({basis.ko})",
    )


def duration(seconds: float) -> Text:
    """A time as people say it: `3 min 20 s`."""
    whole = max(1, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return Text(f"{hours} h {minutes} min", f"{hours}시간 {minutes}분")
    if minutes:
        return Text(f"{minutes} min {rest} s", f"{minutes}분 {rest}초")
    return Text(f"{rest} s", f"{rest}초")


def forecast(work: Work, known: Sequence[Record] | None = None) -> Forecast:
    """What a run of these sizes takes on this machine.

    Args:
        work: its sizes.
        known: runs that have finished; None reads them from the cache.
    """
    found = [item for item in (records() if known is None else known) if _comparable(item.work, work)]
    memory = guessed_bytes(work) * _correction(
        work, found, lambda item: item.peak_bytes / guessed_bytes(item.work)
    )
    pace = _correction(work, found, lambda item: item.training_seconds / guessed_seconds(item.work))
    seconds = pace * (guessed_seconds(work) + guessed_seconds_after(work))

    def others(warm: bool, unknown: float) -> float:
        known = [
            max(item.other_seconds - pace * guessed_seconds_after(item.work), 0.0)
            for item in found
            if item.work.tracked == work.tracked and item.warm == warm
        ]
        return median(known) if known else unknown

    return Forecast(
        memory_bytes=round(memory),
        seconds=seconds + others(False, OTHER_SECONDS[work.tracked]),
        runs=len(found),
        warm_seconds=seconds + others(True, OTHER_SECONDS_WARM[work.tracked]),
    )


def largest_batch(work: Work, available: float, known: Sequence[Record] | None = None) -> int | None:
    """Rows of a train batch, halved as often as it takes, that the memory holds; None if not even one."""
    rows = work.rows
    while rows >= 1:
        smaller = replace(work, rows=rows, eval_rows=min(work.eval_rows, max(rows, 1)))
        if forecast(smaller, known).memory_bytes <= available:
            return rows
        rows //= 2
    return None


def guessed_bytes(work: Work) -> float:
    """Peak memory by counting."""
    units = work.rows * work.length * work.layers * work.width
    weights = work.rows * work.length**2 * work.heads * work.layers
    training = (units * UNIT_BYTES[work.precision] + weights * WEIGHT_BYTES[work.precision]) * work.passes
    evaluating = work.eval_rows * work.eval_length * work.width * EVALUATED_BYTES
    libraries = LIBRARIES[work.tracked] if work.device == "cpu" else 0
    held = PARAMETER_BYTES * _trained(work) + IDLE_PARAMETER_BYTES * work.idle_parameters
    return libraries + held + max(training, evaluating)


def _trained(work: Work) -> int:
    """Parameters that have gradients."""
    return work.parameters - work.idle_parameters


def guessed_seconds(work: Work) -> float:
    """Seconds of the training, with the evaluations in it, by counting."""
    tokens = 3 * work.train_tokens + (work.eval_tokens if work.saves else 0)
    step = LAYER_SECONDS * work.layers + PARAMETER_SECONDS * _trained(work)
    written = SAVED_BYTES * _trained(work) + IDLE_SAVED_BYTES * work.idle_parameters
    saved = EVALUATION_SECONDS + written / SAVED_BYTES_PER_SECOND
    return START_SECONDS + _pass_seconds(work, tokens) + work.steps * step + work.saves * saved


def guessed_seconds_after(work: Work) -> float:
    """Seconds of an evaluation that comes after the training, since there is none in it."""
    return 0.0 if work.saves else AFTER_SECONDS + _pass_seconds(work, work.eval_tokens)


def _pass_seconds(work: Work, tokens: float) -> float:
    """Seconds in which so many tokens go through the encoder, forward."""
    rate = GPU_RATE[work.precision] if work.device == "gpu" else RATE[work.precision] * work.threads
    return (2 * work.layer_parameters + 4 * work.mean_length * work.width * work.layers) * tokens / rate


def _comparable(one: Work, other: Work) -> bool:
    return one.device == other.device


def _correction(work: Work, found: Sequence[Record], ratio: Callable[[Record], float]) -> float:
    """The geometric mean of what earlier runs took over what was guessed, weighed by their likeness."""
    total, weights = 0.0, NO_RECORD
    for item in found:
        weight = math.exp(-(_distance(work, item.work) ** 2))
        total += weight * math.log(max(ratio(item), 1e-6))
        weights += weight
    return math.exp(total / weights)


def _distance(one: Work, other: Work) -> float:
    """How unlike two runs are: doublings of their sizes, and what is another kind of work."""
    sizes = (
        (one.parameters, other.parameters, 0.4), (one.width, other.width, 0.5),
        (one.rows * one.length, other.rows * other.length, 0.4), (one.threads, other.threads, 1.0),
        (one.mean_length, other.mean_length, 0.2),
    )  # fmt: skip
    found = sum(weight * abs(math.log2(left / right)) for left, right, weight in sizes)
    found += 1.0 * (one.precision != other.precision)
    return found + 0.3 * (one.trainer != other.trainer)
