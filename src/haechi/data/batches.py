"""Batch plans: in which order rows go into batches."""

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

# Rows of this many batches are sorted together: little padding, and still a mixed batch.
BATCHES_PER_BUCKET = 50


class LengthBucketSampler(Sampler[int]):
    """Rows of like length follow one another, batch by batch, and the batches come in random order.

    Each epoch rows are shuffled, cut into buckets of 50 batches, sorted by length within a bucket and
    cut into batches; then all batches are shuffled. The sampler of transformers leaves them sorted, so
    that lengths fall from the start of each bucket to its end, over and over.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, generator: torch.Generator) -> None:
        """`lengths` in tokens; the generator's state says which epoch's order comes next."""
        self.lengths = lengths
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        rows = torch.randperm(len(self.lengths), generator=self.generator).tolist()
        size = self.batch_size * BATCHES_PER_BUCKET
        batches: list[list[int]] = []
        for start in range(0, len(rows), size):
            bucket = sorted(rows[start : start + size], key=lambda row: self.lengths[row])
            batches += [bucket[at : at + self.batch_size] for at in range(0, len(bucket), self.batch_size)]
        order = torch.randperm(len(batches), generator=self.generator).tolist()
        # A batch with fewer rows stays last: in between it would shift the borders of all that follow.
        order.sort(key=lambda index: len(batches[index]) < self.batch_size)
        for index in order:
            yield from batches[index]
