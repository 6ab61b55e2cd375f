"""Columns of a split in one safetensors file: flat arrays of numbers, and how long each item's part is.

The file's metadata say its format, the key of what it holds, how each column is laid out, and a digest of
all numbers: a file that was cut, damaged or put there by someone else is told from a whole one.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from safetensors.numpy import save_file

from haechi.data.split import ContextTokens

FORMAT = "haechi.tokens.1"
LENGTHS = ".lengths"
CONTEXTS = "contexts"
LONGEST_HEADER = 1_000_000
_SMALLEST_FIRST = (np.int8, np.int16, np.int32, np.int64)
_OF_NAME = {"I8": np.int8, "I16": np.int16, "I32": np.int32, "I64": np.int64, "F64": np.float64}


class Unfit(ValueError):
    """A file is not what it should be, or columns are none that a file can hold."""


def write_columns(path: Path, key: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write the columns of an `EncodedSplit`, all of as many items.

    Raises:
        Unfit: a column holds something else than numbers, pairs of numbers, or lists or arrays of integers.
        OSError, SafetensorError: the disk does not take the file; a part of it may be left.
    """
    tensors: dict[str, np.ndarray] = {}
    kinds: dict[str, str] = {}
    for name, values in _apart(columns):
        kinds[name], tensors[name], lengths = _flat(name, values)
        if lengths is not None:
            tensors[name + LENGTHS] = lengths
    digest = blake2b(digest_size=16)
    for name, kind in kinds.items():
        _add(digest, name, kind, [tensors[part] for part in _parts(name, kind)])
    metadata = {"format": FORMAT, "key": key, "kinds": json.dumps(kinds), "digest": digest.hexdigest()}
    save_file(tensors, path, metadata)


def read_columns(path: Path, key: str) -> dict[str, list[Any]]:
    """The columns as they were written, in their types.

    Numbers are read column by column and not mapped: a file that vanishes meanwhile ends no process.

    Raises:
        Unfit: the file is cut, damaged, foreign, or of another key.
        OSError: it cannot be opened or read.
    """
    with path.open("rb") as file:
        header, start = _header(file)
        metadata = header.get("__metadata__", {})
        if metadata.get("format") != FORMAT or metadata.get("key") != key:
            raise Unfit("it is another file than its name says")
        digest = blake2b(digest_size=16)
        columns: dict[str, list[Any]] = {}
        for name, kind in json.loads(metadata["kinds"]).items():
            tensors = [_tensor(file, start, header[part]) for part in _parts(name, kind)]
            _add(digest, name, kind, tensors)
            columns[name] = _restored(kind, *tensors)
    if digest.hexdigest() != metadata["digest"]:
        raise Unfit("its numbers are not those that were written")
    return _together(columns)


def _header(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The header, and where the numbers begin."""
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= LONGEST_HEADER:
        raise Unfit("it is no safetensors file")
    try:
        header = json.loads(file.read(length))
    except ValueError as error:
        raise Unfit("its header cannot be read") from error
    if not isinstance(header, dict):
        raise Unfit("its header cannot be read")
    return header, 8 + length


def _tensor(file: BinaryIO, start: int, entry: Mapping[str, Any]) -> np.ndarray:
    first, behind = entry["data_offsets"]
    kind = np.dtype(_OF_NAME[entry["dtype"]])
    file.seek(start + first)
    content = file.read(behind - first)
    if len(content) != behind - first:
        raise Unfit("it is cut")
    return np.frombuffer(content, kind).reshape(entry["shape"])


def _parts(name: str, kind: str) -> tuple[str, ...]:
    """The tensors that a column is kept in."""
    return (name, name + LENGTHS) if kind == "list" or kind.startswith("array") else (name,)


def _add(digest: blake2b, name: str, kind: str, tensors: Sequence[np.ndarray]) -> None:
    """Add a column to a digest: its numbers, and how they are to be read."""
    for tensor in tensors:
        digest.update(f"{name} {kind} {tensor.dtype.name} {tensor.shape}\n".encode())
        digest.update(tensor.data)


def _apart(columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Columns of numbers and of sequences: those of contexts are four."""
    for name, values in columns.items():
        if name != CONTEXTS:
            yield name, values
            continue
        for index, part in enumerate(ContextTokens._fields):
            yield f"{CONTEXTS}.{part}", [context[index] for context in values]


def _together(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    parts = [columns.pop(f"{CONTEXTS}.{part}", None) for part in ContextTokens._fields]
    if None not in parts:
        columns[CONTEXTS] = [ContextTokens(*context) for context in zip(*parts, strict=True)]  # type: ignore[arg-type]
    return columns


def _flat(name: str, values: Sequence[Any]) -> tuple[str, np.ndarray, np.ndarray | None]:
    """What a column is made of, its numbers, and the lengths of its items where they have some."""
    types = set(map(type, values))
    if types == {int}:
        return "int", _small(np.fromiter(values, np.int64, len(values))), None
    if types == {float}:
        return "float", np.fromiter(values, np.float64, len(values)), None
    lengths = np.fromiter(map(len, values), np.int64, len(values)) if types <= {tuple, list, array} else None
    if lengths is None or len(types) != 1:
        raise Unfit(f"`{name}` holds {', '.join(sorted(kind.__name__ for kind in types))}")
    if types == {array}:
        kinds = {item.typecode for item in values}
        if kinds <= {"b"} or kinds <= {"i"}:
            (kind,) = kinds
            return f"array {kind}", _small(np.frombuffer(b"".join(values), kind)), _small(lengths)
        raise Unfit(f"`{name}` holds arrays of {', '.join(sorted(kinds))}")
    if not set(map(type, chain.from_iterable(values))) <= {int}:
        raise Unfit(f"`{name}` holds sequences of something else than integers")
    numbers = _small(np.fromiter(chain.from_iterable(values), np.int64, int(lengths.sum())))
    if types == {list}:
        return "list", numbers, _small(lengths)
    if (lengths != 2).any():
        raise Unfit(f"`{name}` holds tuples that are no pairs")
    return "pair", numbers.reshape(-1, 2), None


def _small(numbers: np.ndarray) -> np.ndarray:
    """The numbers in the smallest type that holds them all."""
    lowest, highest = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    fitting = (
        kind for kind in _SMALLEST_FIRST if np.iinfo(kind).min <= lowest and highest <= np.iinfo(kind).max
    )
    return numbers.astype(next(fitting))


def _restored(kind: str, numbers: np.ndarray, lengths: np.ndarray | None = None) -> list[Any]:
    """A column from its numbers."""
    if lengths is None:
        values = numbers.tolist()
        return [tuple(pair) for pair in values] if kind == "pair" else values
    ends = np.cumsum(lengths, dtype=np.int64)
    if len(ends) and ends[-1] != numbers.size:
        raise Unfit("its numbers are more or fewer than their lengths say")
    starts = ends - lengths
    places = zip(starts.tolist(), ends.tolist(), strict=True)
    if kind == "list":
        found = numbers.tolist()
        return [found[start:end] for start, end in places]
    typecode = kind.removeprefix("array ")
    whole = numbers.astype(typecode)
    return [array(typecode, whole[start:end].tobytes()) for start, end in places]
