"""A training that the system gives little memory; started as a process of its own, it leaves what came of it.

python tests/starved.py FOLDER KIND MEGABYTES
"""

import logging
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from haechi import places
from haechi.data.split import EncodedSplit
from haechi.schema.trainer import Strategy
from trainings import LABELS, Training, model_of, run

TOKENS = 120


def long_rows(rows: int, seed: int) -> EncodedSplit:
    """Rows of `TOKENS` tokens."""
    draw = np.random.Generator(np.random.PCG64(seed))
    ids = [[2, *draw.integers(40, 5000, TOKENS - 2).tolist(), 3] for _ in range(rows)]
    return EncodedSplit(ids, labels=draw.integers(0, len(LABELS), rows).tolist())


def train(folder: Path, kind: str, **settings: Any) -> Training:
    """Three steps of two micro-batches, then an evaluation of one batch."""
    splits = {"train": long_rows(192, 0), "validation": long_rows(256, 1)}
    steps = {
        "per_device_train_batch_size": 32, "gradient_accumulation_steps": 2,
        "per_device_eval_batch_size": 256, "eval_strategy": Strategy.epoch, "load_best_model_at_end": False,
        "max_grad_norm": 1.0, **settings,
    }  # fmt: skip
    return run(folder, kind, kind, splits=splits, **steps)


def train_starved(folder: Path, kind: str, megabytes: int) -> dict[str, Any]:
    """The same in a process that may take so much more than it has before the first step.

    Returns:
        `logged` metrics, `weights` and `messages`.
    """
    folder.mkdir()
    command = [sys.executable, str(Path(__file__)), str(folder), kind, str(megabytes)]
    # A thread's stack, and memory that the C library sets aside for it, are virtual memory too.
    few = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    paths = f"{places.ROOT / 'src'}{os.pathsep}{places.ROOT / 'tests'}"
    subprocess.run(command, env={**os.environ, **few, "PYTHONPATH": paths}, check=True, timeout=240)
    return torch.load(folder / "found.pt", weights_only=True)


def _limit(megabytes: int) -> None:
    """Let the process have so much more memory than it has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Messages(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.kept.append(record.getMessage())


def main(folder: Path, kind: str, megabytes: int) -> None:
    """Train, and leave found.pt."""
    messages = Messages()
    logging.getLogger("haechi").addHandler(messages)
    model = model_of(folder)
    # What is imported and built for a first training counts as had before.
    few = {"max_steps": 1, "per_device_train_batch_size": 1, "per_device_eval_batch_size": 8}
    train(folder / "first", kind, model=model_of(folder), **few)
    messages.kept.clear()
    _limit(megabytes)
    training = train(folder, kind, model=model)
    found = {"logged": training.logged, "weights": model.state_dict(), "messages": messages.kept}
    torch.save(found, folder / "found.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
