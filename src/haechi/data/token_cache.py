"""Tokens that are kept on disk by the content they were made of, so that a second run starts at once.

A key covers whatever decides the tokens: the rows, their layout, the tokenizer and the code that encodes. So
nothing is ever out of date; what nobody asks for any more is removed once the folder has grown too large.
"""

import logging
import os
import time
import unicodedata
import uuid
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from haechi import launch, places, tokenization
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import EncodedSplit
from haechi.data.token_file import read_columns, write_columns
from haechi.rows.examples import Example
from haechi.tokenization.runtime import RuntimeTokenizer

log = logging.getLogger(__name__)

LEAST_CHARACTERS = 200_000
"""Fewer are encoded in less time than a file is worth."""
MOST_BYTES = 4 * 2**30
"""Of all files together; beyond it those that were not read for the longest time go."""
DIGEST_BYTES = 16
# The names of the files, and of those that are being written.
NAMES = "[0-9a-f]" * (2 * DIGEST_BYTES) + ".safetensors*"
CHUNK_ROWS = 1000
# What decides no token: where a row stands in its file, and where a tokenizer's files lie.
_NOT_OF_EXAMPLE = {"row"}
_NOT_OF_TOKENIZER = {"backend", "folder"}
# Settings of a tokenizer's model that make it draw: its tokens are others each time.
_DRAWING = ("dropout", "alpha", "nbest_size")


def encode_splits(
    splits: Mapping[str, Sequence[Example]],
    tokenizer: RuntimeTokenizer,
    form: InputFormat,
    *,
    cached: bool = True,
) -> dict[str, EncodedSplit]:
    """Encode the examples of each split, or read what was encoded before: the result is the same.

    A cache that cannot be read or written costs one line of warning, and nothing else.

    Args:
        splits: rows that were judged, by the names of the splits.
        tokenizer: the tokenizer that was judged.
        form: how the rows are laid out.
        cached: whether files may be read and written.

    Raises:
        RunFault: a row cannot be encoded.
    """
    draws = any(getattr(tokenizer.backend.model, name, None) for name in _DRAWING)
    if not cached or draws:
        return {name: encode(examples, tokenizer, form, split=name) for name, examples in splits.items()}
    kept = _Cache(tokenizer, form)
    return {name: kept.encoded(examples, name) for name, examples in splits.items()}


class _Cache:
    """The files of one tokenizer and one layout."""

    def __init__(self, tokenizer: RuntimeTokenizer, form: InputFormat) -> None:
        self.tokenizer = tokenizer
        self.form = form
        self.is_given_up = False
        self._shared: bytes | None = None

    def encoded(self, examples: Sequence[Example], split: str) -> EncodedSplit:
        """A split, from its file or else encoded and put there."""
        path = self._path(examples) if _is_worth_it(examples) else None
        columns = None if path is None else _read(path)
        if columns is not None:
            log.info("tokens: %s %s rows from the cache", f"{len(examples):,}", split)
            return EncodedSplit(**columns, examples=examples, search=self.form.search)
        started = time.perf_counter()
        found = encode(examples, self.tokenizer, self.form, split=split)
        seconds = time.perf_counter() - started
        # Of several processes that train together one writes.
        if path is not None and launch.is_first() and self._keep(path, found):
            count = f"{len(examples):,}"
            log.info("tokens: %s %s rows encoded in %.1f s and kept in the cache", count, split, seconds)
        return found

    def _path(self, examples: Sequence[Example]) -> Path | None:
        """Where the tokens of these rows are kept; None where nothing can be."""
        if self.is_given_up:
            return None
        try:
            self._shared = self._shared or _digest_of_encoding(self.tokenizer, self.form)
            key = _digest_of_examples(examples, self._shared)
            return places.cache() / "tokens" / f"{key}.safetensors"
        except Exception as error:
            self._give_up(error)
            return None

    def _keep(self, path: Path, split: EncodedSplit) -> bool:
        """Write a file aside and rename it, so that one that is there is whole; false if that fails."""
        columns = {item.name: getattr(split, item.name) for item in fields(split)}
        for name in ("examples", "search"):
            del columns[name]
        aside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_columns(aside, path.stem, {k: v for k, v in columns.items() if v is not None})
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
        except Exception as error:
            self._give_up(error)
            return False
        _remove_oldest(path)
        return True

    def _give_up(self, error: Exception) -> None:
        if not self.is_given_up:
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            log.warning("tokens: not kept in the cache, the next run encodes them again (%s)", said)
        self.is_given_up = True


def _is_worth_it(examples: Sequence[Example]) -> bool:
    return sum(len(item.text or "") + len(item.text_pair or "") for item in examples) >= LEAST_CHARACTERS


def _read(path: Path) -> dict[str, list[Any]] | None:
    """What a file holds; None where there is none that is whole."""
    try:
        columns = read_columns(path, path.stem)
    except OSError:
        return None
    except Exception as error:
        log.warning("tokens: `%s` is not used, the rows are encoded again (%s)", path, error)
        return None
    with suppress(OSError):
        os.utime(path)  # when it was last of use
    return columns


def _remove_oldest(written: Path) -> None:
    """Remove what was not of use for the longest time, until the folder is small enough."""
    found: list[tuple[float, int, Path]] = []
    for path in written.parent.glob(NAMES):
        with suppress(OSError):  # another process removes as well
            state = path.stat()
            found.append((state.st_mtime, state.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= MOST_BYTES:
            return
        if path != written:
            with suppress(OSError):
                path.unlink()
                total -= size


def _digest_of_encoding(tokenizer: RuntimeTokenizer, form: InputFormat) -> bytes:
    """Whatever decides the tokens besides the rows."""
    backend = tokenizer.backend
    # Whoever encoded last has set these as it needed them, and so does whoever encodes next.
    backend.no_padding()
    backend.no_truncation()
    digest = blake2b(digest_size=DIGEST_BYTES)
    _add(digest, _code(), backend.to_str().encode(), str(backend.encode_special_tokens).encode())
    for item in fields(tokenizer):
        if item.name not in _NOT_OF_TOKENIZER:
            _add(digest, item.name.encode(), repr(getattr(tokenizer, item.name)).encode())
    for item in fields(form):
        _add(digest, item.name.encode(), _bytes_of(repr(getattr(form, item.name))))
    return digest.digest()


@cache
def _code() -> bytes:
    """The code that encodes: its text, its version, and those of what it asks."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for name in ("tokenizers", "haechi"):
        with suppress(PackageNotFoundError):
            _add(digest, name.encode(), version(name).encode())
    # Letters and marks are told apart by the interpreter's own table.
    _add(digest, unicodedata.unidata_version.encode())
    for folder in (Path(__file__).parent, *map(Path, tokenization.__path__)):
        for path in sorted(folder.glob("*.py")):
            _add(digest, f"{folder.name}/{path.name}".encode(), path.read_bytes())
    return digest.digest()


def _digest_of_examples(examples: Sequence[Example], shared: bytes) -> str:
    """The key of a split: its rows, and what they have in common with those of other splits."""
    digest = blake2b(shared, digest_size=DIGEST_BYTES)
    for start in range(0, len(examples), CHUNK_ROWS):
        for kind, rows in groupby(examples[start : start + CHUNK_ROWS], type):
            group = list(rows)
            _add(digest, kind.__name__.encode(), str(len(group)).encode())
            for item in fields(kind):
                if item.name not in _NOT_OF_EXAMPLE:
                    _add_column(digest, item.name, list(map(attrgetter(item.name), group)))
    return digest.hexdigest()


def _add_column(digest: blake2b, name: str, values: list[Any]) -> None:
    """Add values to a digest: texts as they are, anything else as it shows itself."""
    is_text = set(map(type, values)) <= {str, type(None)}
    texts = values if is_text else list(map(repr, values))
    lengths = array("q", [-1 if text is None else len(text) for text in texts])
    _add(digest, name.encode(), b"text" if is_text else b"shown", lengths.tobytes())
    _add(digest, _bytes_of("".join(filter(None, texts))))


def _add(digest: blake2b, *parts: bytes) -> None:
    """Add each part behind its length, so that no two sequences of parts are one."""
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)


def _bytes_of(text: str) -> bytes:
    """A text as bytes, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")
