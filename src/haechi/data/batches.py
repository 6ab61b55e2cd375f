"""Batch plans: in which order rows go into batches."""

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

# Rows of this many batches are sorted together: little padding, and still a mixed batch.
BATCHES_PER_BUCKET = 50


class BatchPlan(Sampler[list[int]]):
    """The batches of an epoch, as lists of rows; seed and epoch alone decide about them.

    By length, rows are shuffled, cut into buckets of 50 batches, sorted within a bucket and cut into
    batches; then all batches are shuffled. The sampler of transformers leaves them sorted, so that lengths
    fall from the start of each bucket to its end, over and over. With a budget of tokens all rows are one
    bucket, so that every epoch has as many batches.

    Several processes share every batch: process r gets rows r, r + n, r + 2n of it, so that together they
    train on the batches that one process with as many rows would have. No batch has fewer rows than there
    are processes.
    """

    drop_last = False
    """What Accelerate asks a batch sampler when it deals batches out to several processes."""

    def __init__(
        self,
        lengths: Sequence[int],
        batch_size: int,
        seed: int,
        *,
        by_length: bool = True,
        max_tokens: int | None = None,
        processes: int = 1,
        rank: int = 0,
    ) -> None:
        """Plan the batches of a process.

        Args:
            lengths: tokens of each row.
            batch_size: rows that each process sees of a batch.
            seed: of the order.
            by_length: whether rows of like length come into one batch.
            max_tokens: of a process's part of a batch, padding among them; takes the place of `batch_size`.
            processes: how many share each batch.
            rank: which of them this is, from 0.
        """
        self.lengths = lengths
        self.batch_size = batch_size * processes
        self.seed = seed
        self.by_length = by_length
        self.max_tokens = max_tokens and max_tokens * processes
        self.processes = processes
        self.rank = rank
        self.epoch = 0
        self._count = len(self.batches())

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose batches come next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self.batches():
            yield batch[self.rank :: self.processes]

    def batches(self) -> list[list[int]]:
        """All batches of the epoch."""
        generator = torch.Generator().manual_seed(self.seed + 1_000_003 * self.epoch)
        rows = torch.randperm(len(self.lengths), generator=generator).tolist()
        if self.max_tokens:
            batches = self._within_budget(sorted(rows, key=self.lengths.__getitem__), self.max_tokens)
        elif self.by_length:
            batches = self._buckets(rows)
        else:
            return self._with_enough(_cut(rows, self.batch_size))
        batches = self._with_enough(batches)
        order = torch.randperm(len(batches), generator=generator).tolist()
        if not self.max_tokens:
            # A batch of fewer rows comes last, as it does without buckets.
            order.sort(key=lambda index: len(batches[index]) < self.batch_size)
        return [batches[index] for index in order]

    def rows_of_step(self, step: int, batches_per_step: int) -> list[int]:
        """The rows of an optimizer step of this epoch; steps are counted over all epochs, from 0."""
        steps_per_epoch = -(-len(self) // batches_per_step)
        first = step % steps_per_epoch * batches_per_step
        return [row for batch in self.batches()[first : first + batches_per_step] for row in batch]

    def _buckets(self, rows: list[int]) -> list[list[int]]:
        """Batches of like length, in the order of the buckets that they are from."""
        batches: list[list[int]] = []
        for bucket in _cut(rows, self.batch_size * BATCHES_PER_BUCKET):
            batches += _cut(sorted(bucket, key=self.lengths.__getitem__), self.batch_size)
        return batches

    def _within_budget(self, rows: list[int], budget: int) -> list[list[int]]:
        """Rows from the shortest to the longest, so the newest row's length is that of the padded batch."""
        batches: list[list[int]] = []
        for row in rows:
            last = batches[-1] if batches else []
            full = len(last) >= self.processes and self.lengths[row] * (len(last) + 1) > budget
            if not batches or full:
                batches.append([])
            batches[-1].append(row)
        return batches

    def _with_enough(self, batches: list[list[int]]) -> list[list[int]]:
        """A last batch that has not a row for every process goes into the one before."""
        if len(batches) > 1 and len(batches[-1]) < self.processes:
            batches[-2:] = [batches[-2] + batches[-1]]
        return batches


def _cut(rows: list[int], size: int) -> list[list[int]]:
    """Rows in pieces of so many; the last may have fewer."""
    return [rows[at : at + size] for at in range(0, len(rows), size)]
