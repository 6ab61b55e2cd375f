"""Batch plans: every row once, batches of like length, in an order that shows no length."""

from itertools import chain
from typing import Any

import pytest
import torch

from haechi.data.batches import BatchPlan


def plan(lengths: list[int], size: int, seed: int = 0, epoch: int = 0, **options: Any) -> list[list[int]]:
    found = BatchPlan(lengths, size, seed, **options)
    found.set_epoch(epoch)
    batches = list(found)
    assert len(batches) == len(found)
    return batches


def drawn(count: int, longest: int = 60) -> list[int]:
    return torch.randint(4, longest, (count,), generator=torch.Generator().manual_seed(1)).tolist()


def padding(batches: list[list[int]], lengths: list[int]) -> int:
    return sum(max(lengths[row] for row in batch) * len(batch) for batch in batches) - sum(lengths)


@pytest.mark.parametrize("options", [{}, {"by_length": False}, {"max_tokens": 300}])
def test_every_row_comes_once_an_epoch(options: dict[str, Any]) -> None:
    for epoch in range(3):
        batches = plan(drawn(1003), 16, epoch=epoch, **options)
        assert sorted(row for batch in batches for row in batch) == list(range(1003))


def test_batches_need_little_padding() -> None:
    lengths = drawn(4000)
    assert padding(plan(lengths, 32), lengths) < padding(plan(lengths, 32, by_length=False), lengths) / 10


@pytest.mark.parametrize("options", [{}, {"max_tokens": 10**5}])
def test_the_order_of_batches_does_not_follow_their_length(options: dict[str, Any]) -> None:
    lengths = list(range(1, 3201))
    means = torch.tensor([sum(batch) / len(batch) for batch in plan(lengths, 32, **options)])
    positions = torch.arange(len(means)).float()
    assert torch.corrcoef(torch.stack([means, positions]))[0, 1].abs() < 0.4


def test_a_short_batch_stays_last() -> None:
    for seed in range(5):
        sizes = [len(batch) for batch in plan(list(range(100)), 32, seed)]
        assert sizes == [32, 32, 32, 4]


@pytest.mark.parametrize("options", [{}, {"by_length": False}, {"max_tokens": 300}])
def test_epochs_differ_and_seed_and_epoch_repeat(options: dict[str, Any]) -> None:
    lengths = drawn(500)
    first = plan(lengths, 16, **options)
    assert plan(lengths, 16, epoch=1, **options) != first
    assert plan(lengths, 16, seed=1, **options) != first
    assert plan(lengths, 16, **options) == first
    assert plan(lengths, 16, epoch=1, **options) == plan(lengths, 16, epoch=1, **options)


def test_a_budget_is_kept_and_used() -> None:
    lengths = drawn(2000)
    batches = plan(lengths, 16, max_tokens=1000)
    sizes = [max(lengths[row] for row in batch) * len(batch) for batch in batches]
    assert max(sizes) <= 1000
    assert sum(sizes) / len(sizes) > 900


def test_a_row_beyond_the_budget_is_a_batch_by_itself() -> None:
    assert sorted(map(sorted, plan([5, 500, 5], 16, max_tokens=100))) == [[0, 2], [1]]


def test_the_rows_of_a_step_are_those_of_its_batches() -> None:
    found = BatchPlan(drawn(100), 16, 0)
    found.set_epoch(2)
    batches = list(found)
    # Seven batches are four steps of two; the last has one.
    steps = [found.rows_of_step(8 + step, 2) for step in range(4)]
    assert steps == [
        [*batches[0], *batches[1]],
        [*batches[2], *batches[3]],
        [*batches[4], *batches[5]],
        batches[6],
    ]


@pytest.mark.parametrize("options", [{}, {"by_length": False}, {"max_tokens": 50}])
@pytest.mark.parametrize("count", [64, 65, 1003])
def test_processes_share_the_batches_that_one_would_have(options: dict[str, Any], count: int) -> None:
    lengths, processes = drawn(count, longest=40), 3
    for epoch in range(2):
        parts = [
            plan(lengths, 8, epoch=epoch, processes=processes, rank=rank, **options)
            for rank in range(processes)
        ]
        assert len({len(part) for part in parts}) == 1
        shared = [sorted(chain(*rows)) for rows in zip(*parts, strict=True)]
        assert sorted(chain(*shared)) == list(range(count))
        assert all(rows for part in parts for rows in part), "every process has rows of every batch"
        if not options.get("max_tokens"):
            alone = [sorted(rows) for rows in plan(lengths, 8 * processes, epoch=epoch, **options)]
            if count % (8 * processes) >= processes:
                assert shared == alone


def test_a_rest_without_a_row_for_each_process_goes_into_the_batch_before() -> None:
    assert [len(rows) for rows in plan(drawn(17), 8, processes=2, rank=0)] == [9]
    assert [len(rows) for rows in plan(drawn(17), 8, processes=2, rank=1)] == [8]
