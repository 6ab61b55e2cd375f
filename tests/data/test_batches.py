"""Batch plans: every row once, batches of like length, in an order that shows no length."""

import torch

from haechi.data.batches import LengthBucketSampler


def plan(lengths: list[int], size: int, seed: int = 0) -> list[int]:
    return list(LengthBucketSampler(lengths, size, torch.Generator().manual_seed(seed)))


def test_every_row_comes_once() -> None:
    lengths = [5 + (index * 7) % 40 for index in range(1003)]
    assert sorted(plan(lengths, 16)) == list(range(1003))


def test_batches_need_little_padding() -> None:
    lengths = torch.randint(4, 60, (4000,), generator=torch.Generator().manual_seed(1)).tolist()

    def padding(order: list[int]) -> int:
        batches = [order[at : at + 32] for at in range(0, len(order), 32)]
        return sum(max(lengths[row] for row in batch) * len(batch) for batch in batches) - sum(lengths)

    shuffled = torch.randperm(4000, generator=torch.Generator().manual_seed(2)).tolist()
    assert padding(plan(lengths, 32)) < padding(shuffled) / 10


def test_the_order_of_batches_does_not_follow_their_length() -> None:
    lengths = list(range(3200))
    order = plan(lengths, 32)
    means = torch.tensor([sum(order[at : at + 32]) / 32 for at in range(0, 3200, 32)])
    positions = torch.arange(100.0)
    correlation = torch.corrcoef(torch.stack([means, positions]))[0, 1].abs()
    assert correlation < 0.3


def test_a_short_batch_stays_last() -> None:
    lengths = list(range(100))
    assert len(set(plan(lengths, 32)[:96])) == 96
    sampler = LengthBucketSampler(lengths, 32, torch.Generator().manual_seed(0))
    order = list(sampler)
    spread = [max(order[at : at + 32]) - min(order[at : at + 32]) for at in range(0, 96, 32)]
    assert spread == [31, 31, 31]


def test_epochs_differ_and_seeds_repeat() -> None:
    lengths = list(range(500))
    sampler = LengthBucketSampler(lengths, 16, torch.Generator().manual_seed(0))
    first, second = list(sampler), list(sampler)
    assert first != second
    assert plan(lengths, 16) == first
