"""An opened checkpoint folder: config.json, the safetensors header, which tokenizer files there are."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from haechi.checkpoint.header import BrokenFile, TensorInfo, read_header
from haechi.text import Text

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json")
SENTENCEPIECE = ("spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "spm.model")
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

# Architectures whose base model takes one sequence and returns a vector for each of its tokens.
ENCODERS = {
    "bert", "roberta", "xlm-roberta", "electra", "distilbert", "albert", "deberta-v2", "modernbert",
}  # fmt: skip
# Architectures that have a pooler in the base model at all.
WITH_POOLER = {"bert", "roberta", "xlm-roberta", "albert"}
# RoBERTa numbers positions from the padding id on.
OFFSET_POSITIONS = {"roberta", "xlm-roberta"}
WITHOUT_SEGMENTS = {"distilbert", "modernbert"}
# Where the classification token ends the text, and the first token is a word.
CLS_IS_LAST = {"xlnet"}
# A token sees those before it only, so the first one says nothing of the text.
CAUSAL = {"gpt2"}


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
    """Whether safetensors weights are in the folder."""
    has_pickle: bool = False
    """Whether weights in the older pickle format are in the folder."""

    @property
    def model_type(self) -> str | None:
        """`model_type` of config.json."""
        return self.config.get("model_type")

    @cached_property
    def has_vocabulary(self) -> bool:
        """Whether any file with a vocabulary is in the folder."""
        return any((self.folder / name).is_file() for name in (*VOCABULARIES, *SENTENCEPIECE))

    def rows(self, suffix: str) -> int | None:
        """First dimension of the tensor whose name ends so; None when there is none."""
        return next((t.shape[0] for name, t in self.tensors.items() if name.endswith(suffix)), None)

    @property
    def embedding_rows(self) -> int | None:
        """Rows of the word-embedding table: by the weights, else by config.json."""
        for suffix in ("word_embeddings.weight", "tok_embeddings.weight", "wte.weight"):
            if rows := self.rows(suffix):
                return rows
        return self.config.get("vocab_size")

    @property
    def position_rows(self) -> int | None:
        """Rows of the position table: by the weights, else by config.json; None when there is none."""
        return self.rows("position_embeddings.weight") or self.config.get("max_position_embeddings")

    @property
    def usable_positions(self) -> int | None:
        """Longest input in tokens."""
        rows = self.position_rows
        if not self.has_position_table:
            return None
        if rows is None or self.model_type not in OFFSET_POSITIONS:
            return rows
        pad = self.config.get("pad_token_id")
        return rows - (1 if pad is None else int(pad)) - 1

    @property
    def has_position_table(self) -> bool:
        """Whether positions are absolute; DeBERTa's are relative and bound no length."""
        return self.model_type != "deberta-v2" or bool(self.config.get("position_biased_input", True))

    @property
    def type_vocab_size(self) -> int | None:
        """Rows of the segment-embedding table; 0 where the architecture has none."""
        if self.model_type in WITHOUT_SEGMENTS:
            return 0
        return self.rows("token_type_embeddings.weight") or self.config.get("type_vocab_size")

    @property
    def has_pooler(self) -> bool | None:
        """Whether trained pooler weights are stored; None while the weights are not here."""
        if self.model_type is not None and self.model_type not in WITH_POOLER:
            return False
        if not self.tensors:
            return None
        return any(re.search(r"(^|\.)pooler(\.dense)?\.weight$", name) for name in self.tensors)

    @property
    def declared_layers(self) -> int | None:
        """Layers that config.json declares."""
        return self.config.get("num_hidden_layers", self.config.get("n_layers"))

    @property
    def num_layers(self) -> int | None:
        """Layers that are stored; None when the names do not tell."""
        found = [
            int(m.group(1)) for name in self.tensors if (m := re.search(r"(?:^|\.)layers?\.(\d+)\.", name))
        ]
        return max(found) + 1 if found else None


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read what a folder says; faults are kept in `broken`, none is raised."""
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.is_file()
    )
    return _open(folder, stamps)


@lru_cache(maxsize=64)
def _open(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> Checkpoint:
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
    for name in _weight_files(folder, present, broken_weights):
        try:
            tensors |= read_header(folder / name)
        except BrokenFile as error:
            broken_weights.append(error)
    return Checkpoint(
        folder=folder,
        config=config,
        # Half of a header would make rules think that tensors are missing.
        tensors={} if broken_weights else tensors,
        broken=(*broken, *broken_weights),
        has_config=CONFIG in present,
        has_weights=WEIGHTS in present or INDEX in present,
        has_pickle=any(name in present for name in PICKLES),
    )


def _weight_files(folder: Path, present: set[str], broken: list[BrokenFile]) -> list[str]:
    """Safetensors files of the folder; a shard that the index names and that is not there is a fault."""
    if WEIGHTS in present:
        return [WEIGHTS]
    if INDEX not in present:
        return []
    try:
        shards = read_index(folder / INDEX)
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
