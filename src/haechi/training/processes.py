"""Several processes that train one model, each with its part of every batch; torchrun starts them.

Gradients are added up once a step, after all passes of it: so a process may cut its part into as many passes
as its memory needs, which DistributedDataParallel would wait for in vain. With one process nothing happens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from haechi import launch
from haechi.fault import OthersEnded, RunFault

T = TypeVar("T")

# What gloo and NCCL say where the other side of a connection is gone.
GONE = ("gloo", "Connection closed", "Connection reset", "Broken pipe", "NCCL", "Timed out")


def join() -> None:
    """Meet the other processes; numbers on a CPU go through gloo, those on a GPU through NCCL.

    Raises:
        RunFault: they cannot be reached.
    """
    if launch.processes() == 1 or dist.is_initialized():
        return
    with guarded():
        dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")


def shared(value: T) -> T:
    """The first process's value, in every process."""
    if launch.processes() == 1:
        return value
    held: list[Any] = [value]
    dist.broadcast_object_list(held, src=0)
    return held[0]


def gathered(value: T) -> list[T]:
    """Everyone's value, in the order of the processes."""
    if launch.processes() == 1:
        return [value]
    held: list[Any] = [None] * launch.processes()
    dist.all_gather_object(held, value)
    return held


def total(value: int) -> int:
    """The sum of everyone's value."""
    return value if launch.processes() == 1 else int(_reduced(value, dist.ReduceOp.SUM))


def largest(value: int) -> int:
    """The largest of everyone's values."""
    return value if launch.processes() == 1 else int(_reduced(value, dist.ReduceOp.MAX))


def _reduced(value: int, how: Any) -> Tensor:
    held = torch.tensor(value)
    dist.all_reduce(held, how)
    return held


def wait() -> None:
    """Go on once everyone is here."""
    total(0)


def copy_weights(model: nn.Module) -> None:
    """Give every process the first one's weights and buffers; in place."""
    if launch.processes() > 1:
        for tensor in chain(model.parameters(), model.buffers()):
            dist.broadcast(tensor.detach(), src=0)


def add_up(model: nn.Module, *more: Tensor) -> None:
    """Add up everyone's gradients, and further tensors; in place."""
    if launch.processes() == 1:
        return
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    works = [dist.all_reduce(tensor, async_op=True) for tensor in [*gradients, *more]]
    for work in works:
        assert work is not None
        work.wait()


def check_count(written_by: int, path: Path) -> None:
    """Refuse to go on with another number of processes: batches and steps would not be those of before.

    Args:
        written_by: how many wrote the checkpoint.
        path: the checkpoint.

    Raises:
        RunFault: their number is another one now.
    """
    now = launch.processes()
    if written_by != now:
        raise RunFault(
            f"`{path}` is of a training by {written_by} process{'es' * (written_by > 1)}, and now there "
            f"{'are' if now > 1 else 'is'} {now}",
            [f"it goes on by: torchrun --nproc_per_node={written_by} src/train.py ..."]
            if written_by > 1 else ["it goes on by: python src/train.py ..."],
            ["trainer.resume=null"],
        )  # fmt: skip


@contextmanager
def guarded() -> Iterator[None]:
    """Say in words that another process has ended.

    Raises:
        OthersEnded: one has.
    """
    try:
        yield
    except RuntimeError as error:
        if launch.processes() == 1 or not any(word in str(error) for word in GONE):
            raise
        raise OthersEnded(
            f"another of the {launch.processes()} processes of this run has ended or cannot be reached, "
            f"so process {launch.rank()} ends too",
            [str(error).splitlines()[0][:300], "what the other one printed last says why"],
            ["trainer.resume=auto"],
        ) from error
