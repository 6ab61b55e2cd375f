"""A disk that takes no more, for whoever runs the tests: the system's own limit on the size of a file.

It ends a write as a full disk does, with another number. Python ignores the signal that comes with it.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def small_files(most: int | None) -> Iterator[None]:
    """No file of this process grows beyond so many bytes; None sets no limit."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before if most is None else most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
