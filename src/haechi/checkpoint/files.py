"""An opened checkpoint folder: config.json, the safetensors header, which tokenizer files there are."""

import json
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from haechi.checkpoint import architectures
from haechi.checkpoint.header import BrokenFile, TensorInfo, read_header
from haechi.checkpoint.pickled import read_pickle_header
from haechi.text import Text

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLE = "pytorch_model.bin"
PICKLE_INDEX = "pytorch_model.bin.index.json"
PICKLES = (PICKLE, PICKLE_INDEX)
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json")
# Patterns; the last one is KoBERT's, which has a part of its checksum in the name.
SENTENCEPIECE = (
    "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "spm.model", "tokenizer_*.model",
)  # fmt: skip
TOKENIZER_FILES = (
    *VOCABULARIES,
    *SENTENCEPIECE,
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
# What a verdict reads; weights are fetched after it.
SMALL_FILES: tuple[str, ...] = (CONFIG, *TOKENIZER_FILES)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint folder as far as it can be read without its weights."""

    folder: Path
    config: dict[str, Any] = field(default_factory=dict)
    """Content of config.json; empty when it is missing or broken."""
    tensors: dict[str, TensorInfo] = field(default_factory=dict)
    """Header of the weights, shards merged; empty when there are none yet or a file of them is broken."""
    broken: tuple[BrokenFile, ...] = ()
    """Files that are not what their names say."""
    has_config: bool = False
    has_weights: bool = False
    """Whether weights that may be loaded are in the folder: safetensors or, where it is allowed, a pickle."""
    weight_files: tuple[str, ...] = ()
    """Names of the files that they are in; empty where one of them is missing or broken."""
    has_pickle: bool = False
    """Whether weights in the older pickle format are in the folder."""

    @property
    def is_pickle(self) -> bool:
        """Whether the weights are loaded from a pickle."""
        return any(name.endswith(".bin") for name in self.weight_files)

    @property
    def model_type(self) -> str | None:
        """`model_type` of config.json."""
        return self.config.get("model_type")

    @cached_property
    def has_vocabulary(self) -> bool:
        """Whether any file with a vocabulary is in the folder."""
        return has_vocabulary(self.folder)

    def rows(self, suffix: str | tuple[str, ...]) -> int | None:
        """First dimension of the tensor whose name ends so; None when there is none."""
        return next((t.shape[0] for name, t in self.tensors.items() if name.endswith(suffix)), None)

    def key_of(self, size: str) -> str:
        """The name that config.json has for a size, such as `n_embd` for `hidden_size`."""
        return next(
            (name for name in (size, *architectures.ALIASES.get(size, ())) if name in self.config), size
        )

    def declared(self, size: str) -> int | None:
        """A size of config.json, under whichever name it has there."""
        return self.config.get(self.key_of(size))

    @property
    def embedding_rows(self) -> int | None:
        """Rows of the word-embedding table: by the weights, else by config.json."""
        return self.rows(architectures.WORDS) or self.declared("vocab_size")

    @property
    def position_rows(self) -> int | None:
        """Rows of the position table: by the weights, else by config.json; None when there is none."""
        return self.rows(architectures.POSITIONS) or self.declared("max_position_embeddings")

    @property
    def usable_positions(self) -> int | None:
        """Longest input in tokens."""
        rows = self.position_rows
        if not self.has_position_table:
            return None
        if rows is None or self.model_type not in architectures.OFFSET_POSITIONS:
            return rows
        pad = self.config.get("pad_token_id")
        return rows - (1 if pad is None else int(pad)) - 1

    @property
    def has_position_table(self) -> bool:
        """Whether positions are absolute; DeBERTa's and XLNet's are relative and bound no length."""
        if self.model_type in architectures.RELATIVE_POSITIONS:
            return False
        return self.model_type != "deberta-v2" or bool(self.config.get("position_biased_input", True))

    @property
    def type_vocab_size(self) -> int | None:
        """Rows of the segment-embedding table; 0 where the architecture has no segments, None where it has
        them without a table."""
        if self.model_type in architectures.WITHOUT_SEGMENTS:
            return 0
        if self.model_type in architectures.RELATIVE_SEGMENTS:
            return None
        return self.rows("token_type_embeddings.weight") or self.config.get("type_vocab_size")

    @property
    def has_segments(self) -> bool:
        """Whether the architecture tells segments apart."""
        return self.model_type in architectures.RELATIVE_SEGMENTS or bool(self.type_vocab_size)

    @property
    def is_causal(self) -> bool:
        """Whether a token sees only those before it."""
        decodes = self.model_type in architectures.DECODERS and self.config.get("is_decoder") is True
        return decodes or self.model_type in architectures.CAUSAL

    @property
    def has_pooler(self) -> bool | None:
        """Whether trained pooler weights are stored; None while the weights are not here."""
        if self.model_type is not None and self.model_type not in architectures.WITH_POOLER:
            return False
        if not self.tensors:
            return None
        return any(re.search(r"(^|\.)pooler(\.dense)?\.weight$", name) for name in self.tensors)

    @property
    def declared_layers(self) -> int | None:
        """Layers that config.json declares."""
        return self.declared("num_hidden_layers")

    @property
    def num_layers(self) -> int | None:
        """Layers that are stored; None when the names do not tell."""
        found = [
            int(m.group(1))
            for name in self.tensors
            if (m := re.search(r"(?:^|\.)(?:layers?|h)\.(\d+)\.", name))
        ]
        return max(found) + 1 if found else None


def has_vocabulary(folder: Path) -> bool:
    """Whether any file with a vocabulary is in a folder."""
    return any(files_like(folder, (*VOCABULARIES, *SENTENCEPIECE)))


def files_like(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    """Files of a folder whose names match, in the order of the patterns."""
    for pattern in patterns:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file())


def open_checkpoint(folder: Path, *, pickle: bool = False) -> Checkpoint:
    """Read what a folder says; faults are kept in `broken`, none is raised.

    Args:
        folder: the checkpoint's folder.
        pickle: whether weights in pickle format count where there are none in safetensors.
    """
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.is_file()
    )
    return _open(folder, stamps, pickle)


@lru_cache(maxsize=64)
def _open(folder: Path, stamps: tuple[tuple[str, int, int], ...], pickle: bool) -> Checkpoint:
    present = {name for name, _, _ in stamps}
    broken: list[BrokenFile] = []
    config: dict[str, Any] = {}
    if CONFIG in present:
        try:
            config = read_json(folder / CONFIG)
        except BrokenFile as error:
            broken.append(error)
    broken_weights: list[BrokenFile] = []
    tensors: dict[str, TensorInfo] = {}
    files = weight_files(present, pickle=pickle)
    shards = _shards(folder, present, files, broken_weights)
    for name in shards:
        try:
            tensors |= (read_pickle_header if name.endswith(".bin") else read_header)(folder / name)
        except BrokenFile as error:
            broken_weights.append(error)
    return Checkpoint(
        folder=folder,
        config=config,
        # Half of a header would make rules think that tensors are missing.
        tensors={} if broken_weights else tensors,
        broken=(*broken, *broken_weights),
        has_config=CONFIG in present,
        has_weights=bool(files),
        weight_files=() if broken_weights else tuple(shards),
        has_pickle=any(name in present for name in PICKLES),
    )


def weight_files(names: Container[str], *, pickle: bool = False) -> tuple[str, str] | tuple[()]:
    """The file that transformers would load of those there are, and the pattern of its shards; none is empty.

    Args:
        names: names of the files of a folder or a repository.
        pickle: whether a pickle may be loaded.
    """
    known = [(WEIGHTS, WEIGHTS), (INDEX, "model-*.safetensors")]
    if pickle:
        known += [(PICKLE, PICKLE), (PICKLE_INDEX, "pytorch_model-*.bin")]
    return next(((name, shards) for name, shards in known if name in names), ())


def _shards(folder: Path, present: set[str], files: tuple[str, ...], broken: list[BrokenFile]) -> list[str]:
    """Files with weights; a shard that the index names and that is not there is a fault."""
    if not files:
        return []
    if files[0] not in {INDEX, PICKLE_INDEX}:
        return [files[0]]
    try:
        shards = read_index(folder / files[0])
    except BrokenFile as error:
        broken.append(error)
        return []
    for shard in shards:
        if shard not in present:
            broken.append(
                BrokenFile(
                    folder / shard,
                    Text("missing, though the index names it", "색인에 있는데 파일이 없습니다"),
                )
            )
    return [shard for shard in shards if shard in present]


def read_index(path: Path) -> list[str]:
    """Names of the shards that an index lists, sorted.

    Raises:
        BrokenFile: the file is no index.
    """
    shards = read_json(path).get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(name, str) for name in shards.values()):
        raise BrokenFile(path, Text("no index of shards", "샤드 색인이 아닙니다"))
    return sorted(set(shards.values()))


def read_json(path: Path) -> dict[str, Any]:
    """Content of a JSON file that holds one object.

    Raises:
        BrokenFile: the file is no JSON, no UTF-8, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text.startswith("version https://git-lfs"):
            raise BrokenFile(
                path,
                Text(
                    "a Git LFS pointer, not the file itself (run `git lfs pull`)",
                    "파일이 아니라 Git LFS 포인터입니다 (`git lfs pull` 실행)",
                ),
            )
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenFile(
            path,
            Text(
                f"no JSON: line {error.lineno}, column {error.colno}",
                f"JSON이 아닙니다: {error.lineno}번째 줄 {error.colno}번째 글자",
            ),
        ) from error
    except UnicodeDecodeError as error:
        raise BrokenFile(path, Text("no UTF-8 text", "UTF-8 글이 아닙니다")) from error
    if not isinstance(content, dict):
        raise BrokenFile(path, Text("no JSON object", "JSON 객체가 아닙니다"))
    return content
