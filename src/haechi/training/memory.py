"""What is done where memory does not suffice: fewer rows at once, and at one row the end, in words."""

import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from haechi.fault import RunFault
from haechi.schema.trainer import Precision, TrainerConfig
from haechi.training.precision import resolve_precision
from haechi.training.setup import Batch

log = logging.getLogger(__name__)

ERRORS = (RuntimeError, MemoryError)
"""What is raised where memory does not suffice, and by much else."""
WORDS = re.compile(
    "can't allocate memory|out of memory|CUBLAS_STATUS_ALLOC_FAILED|std::bad_alloc"
    "|could not create a (?:primitive(?! descriptor)|memory)"
)
"""What torch and its libraries say then, where the class of the error does not tell; the last is oneDNN's."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory did not suffice, on a GPU or (torch says it in words) on a CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and WORDS.search(str(error)) is not None


def cut(batch: Batch, rows: int | None) -> list[Batch]:
    """A batch in parts of so many rows; None leaves it whole."""
    count = len(batch["input_ids"])
    if rows is None or rows >= count:
        return [batch]
    return [{name: tensor[at : at + rows] for name, tensor in batch.items()} for at in range(0, count, rows)]


class RowsAtOnce:
    """How many rows go through the model in one pass: a whole batch, until memory does not suffice."""

    def __init__(self, config: TrainerConfig, *, training: bool) -> None:
        """What goes through the model.

        Args:
            config: hyperparameters.
            training: whether passes have gradients; those of an evaluation have none.
        """
        self.config = config
        self.training = training
        self.count: int | None = None
        """Fewer than a batch has, once memory did not suffice."""

    def cut(self, *batches: Batch) -> list[Batch]:
        """Batches in parts that memory has held so far."""
        return [part for batch in batches for part in cut(batch, self.count)]

    def halve(self, error: BaseException, parts: Sequence[Batch]) -> None:
        """Have fewer rows in a part from now on, if memory is what was wrong.

        Args:
            error: what a pass raised. It is raised again if it says something else.
            parts: all that were to go through the model.

        Raises:
            RunFault: a part had one row already.
        """
        if not is_out_of_memory(error):
            raise error
        rows = max(len(part["input_ids"]) for part in parts)
        if rows == 1:
            raise self._fault(error, max(part["input_ids"].shape[1] for part in parts)) from error
        self.count = rows // 2
        # The frames of the failed pass hold its activations as long as the error is looked at.
        traceback.clear_frames(error.__traceback__)
        torch.cuda.empty_cache()
        spared = " ".join(self._smaller(self.count))
        log.warning(
            "out of memory with %d rows at once: going on with %d%s",
            rows, self.count, f" (from the start: {spared})" if spared else "",
        )  # fmt: skip

    def _fault(self, error: BaseException, tokens: int) -> RunFault:
        place = "a training step" if self.training else "an evaluation"
        fixes = [f"tokenizer.max_length={max(tokens // 2, 3)}"]
        if torch.cuda.is_available() and resolve_precision(self.config.precision) is Precision.float32:
            fixes.append("trainer.precision=bf16")
        if self.training and self.config.r_drop_alpha:
            fixes.append("trainer.r_drop_alpha=0")
        return _fault(error, f"out of memory in {place} with 1 row of {tokens} tokens at once", fixes)

    def _smaller(self, rows: int) -> list[str]:
        """What to type for passes of so many rows and the same steps; nothing if no setting says that."""
        if not self.training:
            return [f"trainer.per_device_eval_batch_size={rows}"]
        passes, rest = divmod(self.config.per_device_train_batch_size, rows)
        if rest or self.config.max_tokens_per_batch is not None:
            return []
        steps = passes * self.config.gradient_accumulation_steps
        return [f"trainer.per_device_train_batch_size={rows}", f"trainer.gradient_accumulation_steps={steps}"]


def _fault(error: BaseException, message: str, fixes: Sequence[str]) -> RunFault:
    notes = [_sentences(str(error))] if str(error) else []
    if torch.cuda.is_available():
        most, whole = torch.cuda.max_memory_allocated(), torch.cuda.get_device_properties(0).total_memory
        notes.append(f"tensors took {most / 1e9:.1f} GB at most, and the device has {whole / 1e9:.1f} GB")
    return RunFault(message, [*notes, "a smaller model needs less too"], fixes)


def _sentences(said: str) -> str:
    """What matters of a message of torch: not its place in the source, nor advice for programmers."""
    text = " ".join(said.partition("DefaultCPUAllocator: ")[2].split() or said.split())
    return text.partition(" If reserved")[0].partition(" See documentation")[0][:400]


@contextmanager
def guarded() -> Iterator[None]:
    """Say in words that memory did not suffice where no pass was at work: for weights or AdamW's state, say.

    Raises:
        RunFault: it did not.
    """
    try:
        yield
    except ERRORS as error:
        if not is_out_of_memory(error):
            raise
        message = "out of memory outside of the passes: for weights, AdamW's state or a checkpoint"
        raise _fault(error, message, ["trainer.frozen_layers=6"]) from error
