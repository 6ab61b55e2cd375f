"""Batches ahead of the model."""

import threading
import time
from collections.abc import Iterator

import pytest

from haechi.data.ahead import ahead


def working() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "batches"]


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_items_come_in_their_order(depth: int) -> None:
    assert list(ahead(range(100), depth)) == list(range(100))
    assert list(ahead([], depth)) == []


def test_without_a_depth_there_is_no_thread() -> None:
    taken = ahead(range(10), 0)
    assert next(taken) == 0
    assert not working()


def test_an_item_is_made_while_the_one_before_is_used() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    taken = ahead(items(), depth=2)
    assert next(taken) == 0
    deadline = time.monotonic() + 5
    while len(made) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    # Two are ready, and one waits for room.
    assert made == [0, 1, 2, 3]
    taken.close()


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("row 2")

    taken = ahead(items(), 2)
    assert next(taken) == 1
    with pytest.raises(ValueError, match="row 2"):
        next(taken)


def test_a_consumer_that_stops_ends_the_thread() -> None:
    taken = ahead(range(10**9), 2)
    assert next(taken) == 0
    assert working()
    taken.close()
    assert not working()
