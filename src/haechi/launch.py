"""What a launcher such as torchrun says of the processes that it has started; it says so by environment."""

import os


def processes() -> int:
    """How many train together; 1 without a launcher."""
    return int(os.environ.get("WORLD_SIZE") or 1) if "RANK" in os.environ else 1


def rank() -> int:
    """This process's number among them, from 0."""
    return int(os.environ["RANK"]) if processes() > 1 else 0


def is_first() -> bool:
    """Whether this is the process that writes, tracks and notifies."""
    return rank() == 0
