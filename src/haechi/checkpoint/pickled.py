"""What a pickle of weights holds, read without running anything of it.

torch.save writes a zip with one pickle in it, and before version 1.6 wrote four pickles one behind the
other. A pickle is a program; here the few functions that tensors are made with are stand-ins that keep
name, type and shape, and whatever else it would call is the fault that is reported.
https://docs.python.org/3/library/pickle.html#restricting-globals
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

from haechi.checkpoint.header import BrokenFile, TensorInfo
from haechi.text import Text

# Storage classes of torch and the names that safetensors has for what they hold.
STORAGES = {
    "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
    "ByteStorage": "U8", "BoolStorage": "BOOL",
}  # fmt: skip
# A pickle of names and shapes; the numbers stand elsewhere.
MOST_BYTES = 100_000_000
# torch 1.5 and older: a magic number, a version, a description of the machine, then the weights.
LEADING_PICKLES = 3


class _Storage(NamedTuple):
    dtype: str


class _ForeignCall(Exception):
    """The pickle names a function that no file of weights needs."""


def _rebuild_tensor(storage: Any, offset: int, size: Any, *rest: Any) -> TensorInfo:
    return TensorInfo(storage.dtype, tuple(int(length) for length in size))


def _rebuild_parameter(data: TensorInfo, *rest: Any) -> TensorInfo:
    return data


CALLS: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
}


class _Reader(pickle.Unpickler):
    """Takes stand-ins for the functions above and refuses all others."""

    def find_class(self, module: str, name: str, /) -> Any:
        if module == "torch" and name in STORAGES:
            return _Storage(STORAGES[name])
        if found := CALLS.get((module, name)):
            return found
        raise _ForeignCall(f"{module}.{name}")

    def persistent_load(self, pid: Any, /) -> Any:
        # ("storage", class, key, device, length, ...)
        return pid[1]


def read_pickle_header(path: Path) -> dict[str, TensorInfo]:
    """Names, types and shapes of the tensors in a file of torch.save.

    Raises:
        BrokenFile: the file is cut, is no pickle of weights, or would call what no weights need.
    """
    try:
        with path.open("rb") as file:
            content = _from_zip(file) if zipfile.is_zipfile(file) else _from_stream(file)
    except _ForeignCall as error:
        raise BrokenFile(
            path,
            Text(
                f"no file of weights alone: reading it would call `{error}`",
                f"가중치만 든 파일이 아닙니다. 읽으면 `{error}`이(가) 호출됩니다",
            ),
        ) from error
    except Exception as error:
        # What a damaged pickle raises is open: UnpicklingError, EOFError, IndexError, BadZipFile, ...
        raise BrokenFile(
            path,
            Text("cut, or no pickle of weights", "잘렸거나, 가중치의 피클이 아닙니다"),
        ) from error
    if not isinstance(content, dict):
        raise BrokenFile(path, Text("no table of weights", "가중치의 표가 아닙니다"))
    # Some training scripts keep the weights one level deeper, where transformers does not look.
    tensors = {str(name): item for name, item in content.items() if isinstance(item, TensorInfo)}
    if not tensors:
        raise BrokenFile(
            path, Text("a pickle without weights at its top", "맨 위에 가중치가 없는 피클입니다")
        )
    return tensors


def _from_zip(file: IO[bytes]) -> Any:
    with zipfile.ZipFile(file) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        if archive.getinfo(name).file_size > MOST_BYTES:
            raise ValueError(name)
        return _Reader(BytesIO(archive.read(name))).load()


def _from_stream(file: IO[bytes]) -> Any:
    file.seek(0)
    for _ in range(LEADING_PICKLES):
        _Reader(file).load()
    return _Reader(file).load()
