"""What sets runs apart: their configs, flattened, each group by the name of its option."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from haechi.compose import key_of

GROUPS = {
    "model": "model.name",
    "tokenizer": "tokenizer.name",
    "pooling": "pooling.kind",
    "task": "task.name",
    "trainer": "trainer.kind",
}
"""A group of options, and the key that holds the option's name."""
NEUTRAL = (
    "seed", "tags", "run_dir", "explain", "apply_fix", "sweep", "study", "rerun", "hydra",
    "tracking", "notify", "preflight", "model.facts", "model.recipe", "task.columns", "task.token_cache",
    "trainer.resume", "trainer.dataloader_num_workers", "trainer.per_device_eval_batch_size",
    "trainer.logging_steps", "trainer.save_total_limit",
)  # fmt: skip
"""Keys, and all below them, that say where and how a run went, not what it was."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_config(path: Path, notes: list[str]) -> dict[str, Any]:
    """A config.yaml; empty where there is none, with a note where it cannot be read."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    except FileNotFoundError:
        notes.append(f"{path.name} is missing")
        return {}
    except (OSError, ValueError, yaml.YAMLError):
        content = None
    if isinstance(content, dict):
        return content
    notes.append(f"{path.name} is cut or no YAML")
    return {}


def flattened(node: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Every setting under its whole key, its value as a text."""
    found: dict[str, str] = {}
    for key, value in node.items():
        if isinstance(value, dict):
            found |= flattened(value, f"{prefix}{key}.")
        elif key != "defaults":
            found[f"{prefix}{key}"] = _text(value)
    return found


def canonical(value: object) -> str:
    """A value as it is shown and compared: `2e-5`, `2.0e-05` and `0.00002` are one."""
    text = _text(value).strip()
    if not _NUMBER.fullmatch(text):
        return text
    if re.fullmatch(r"[+-]?\d{1,15}", text):
        return str(int(text))
    return f"{float(text):.12g}"


def value_of(config: Mapping[str, str], key: str) -> str | None:
    """The value of a key, or the option of a group; None where the config has no such key."""
    found = config.get(GROUPS.get(key, key), config.get(key))
    if found is None:
        return None
    # The same file in another checkout is the same value.
    return "/".join(Path(found).parts[-2:]) if found.startswith("/") else canonical(found)


def differing(configs: Sequence[Mapping[str, str]], typed: Sequence[Sequence[str]]) -> list[str]:
    """Keys whose values set the runs apart, groups first.

    A setting that nobody typed and that follows from the others, as a learning rate from the model's recipe,
    is left out.
    """
    named = {key_of(item) for items in typed for item in items}
    every = dict.fromkeys(key for config in configs for key in config)
    first = [*GROUPS, *(key for key in every if key in named)]
    hidden = set(GROUPS.values())
    order = dict.fromkeys([*first, *(key for key in every if key not in hidden)])
    kept: list[str] = []
    so_far: list[tuple[str | None, ...]] = [() for _ in configs]
    for key in order:
        column = [value_of(config, key) for config in configs]
        # A config that was cut lacks keys, which tells nothing.
        if len(set(column) - {None}) < 2 or is_neutral(key):
            continue
        wider = [(*before, value) for before, value in zip(so_far, column, strict=True)]
        if key in named or key in GROUPS or len(set(wider)) > len(set(so_far)):
            kept.append(key)
            so_far = wider
    return kept


def is_neutral(key: str) -> bool:
    """Whether a key says where and how a run went, not what it was."""
    return any(key == name or key.startswith(f"{name}.") for name in NEUTRAL)


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """Each key's last part, where that is no other key's."""
    last = [key.rpartition(".")[2] for key in keys]
    return {key: name if last.count(name) == 1 else key for key, name in zip(keys, last, strict=True)}


def _text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(_text(item) for item in value) + "]"
        case _:
            return str(value)
