"""Batches made ready while the model works on the ones before."""

import threading
from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

SECONDS_TO_LOOK_UP = 0.1


class _End(NamedTuple):
    """What comes after the last item: why there are no more."""

    error: BaseException | None


class _Producer(threading.Thread):
    """Puts items into a queue until nobody wants more."""

    def __init__(self, items: Iterable[Any], depth: int) -> None:
        super().__init__(name="batches", daemon=True)
        self.items = items
        self.ready: Queue[Any] = Queue(depth)
        self.is_unwanted = threading.Event()

    def run(self) -> None:
        """Put all items, and last of all how they ended."""
        error: BaseException | None = None
        try:
            for item in self.items:
                if not self._put(item):
                    return
        except BaseException as raised:
            error = raised
        self._put(_End(error))

    def _put(self, item: Any) -> bool:
        """Wait for room; false if nobody wants the item."""
        while not self.is_unwanted.is_set():
            try:
                self.ready.put(item, timeout=SECONDS_TO_LOOK_UP)
            except Full:
                continue
            return True
        return False

    def stop(self) -> None:
        """End soon, and let go of what nobody will take."""
        self.is_unwanted.set()
        while True:
            try:
                self.ready.get_nowait()
            except Empty:
                break
        self.join()


def ahead(items: Iterable[T], depth: int) -> Generator[T]:
    """The items, taken by a thread that is at most `depth` of them ahead; without a thread where that is 0.

    What the items raise is raised where the item would have come. A consumer that stops in between ends the
    thread.
    """
    if depth == 0:
        yield from items
        return
    producer = _Producer(items, depth)
    producer.start()
    try:
        while not isinstance(item := producer.ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        producer.stop()
