"""What a disk that takes no more says, in one kind of error: each library that writes has one of its own.

safetensors raises SafetensorError and tokenizers a bare Exception; both are written in Rust and end in the
system's number. torch raises RuntimeError, which has lost that number unless it wrote to a file of Python's.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from haechi.fault import RunFault

OF_RUST = re.compile(r"\(os error (\d+)\)")
OF_TORCH = ("inline_container", "PytorchStreamWriter", "iostream error")
"""What torch's writer of archives says."""
NOTHING_LEFT = 2**20
"""Bytes; where so few are free, that is what was wrong."""


@contextmanager
def one_kind_of_error(folder: Path) -> Iterator[None]:
    """Raise OSError where something could not be written, whichever library has tried; the rest as it is.

    Args:
        folder: is written to; its disk is asked where a library does not say what was wrong.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        number = _system_error(error, folder)
        if number is None:
            raise
        said = "a file could not be written to its end" if number == errno.EIO else os.strerror(number)
        raise OSError(number, said, str(folder)) from error


def _system_error(error: BaseException, folder: Path) -> int | None:
    """The system's number of what was wrong; None if it was nothing that a disk says."""
    known: BaseException | None = error
    is_torch = False
    while known is not None:
        if isinstance(known, OSError) and known.errno:
            return known.errno
        if found := OF_RUST.search(str(known)):
            return int(found[1])
        is_torch = is_torch or any(words in str(known) for words in OF_TORCH)
        known = known.__cause__ or known.__context__
    if not is_torch:
        return None
    return errno.ENOSPC if _free(folder) < NOTHING_LEFT else errno.EIO


def _free(folder: Path) -> int:
    return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.is_dir())).free


def unwritten_model(error: OSError, folder: Path) -> RunFault:
    """What to say of a fine-tuned model that the disk did not take.

    Args:
        error: what the system said.
        folder: where the model was to be; the run's folder is the one above.
    """
    run = folder.parent
    notes: list[str] = []
    with suppress(OSError):
        notes.append(f"{_free(run) / 1e6:,.1f} MB are free there now that its parts are removed")
    fixes: list[str] = []
    kept = sorted((run / "checkpoints").glob("checkpoint-*"), key=lambda path: path.stat().st_mtime)
    if kept:
        notes.append(f"once there is room, the training can go on from its last checkpoint, {kept[-1].name}")
        fixes.append(f"run_dir={run} trainer.resume=auto")
    return RunFault(f"the model could not be written to {folder}: {error.strerror or error}", notes, fixes)
