"""What decides about a training, leaf by leaf: for telling whether two runs were given the same."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, cast

from omegaconf import OmegaConf

from haechi.schema.run import RunConfig
from haechi.text import Text

Settings = dict[str, Any]
"""Values under their dotted keys, as YAML and JSON have them."""

GROUPS = ("model", "tokenizer", "pooling", "task", "trainer", "seed")
FREE = {
    "trainer.resume", "trainer.logging_steps", "trainer.save_total_limit", "trainer.dataloader_num_workers",
    "trainer.compile", "trainer.per_device_eval_batch_size", "model.name", "task.name", "tokenizer.name",
    "task.token_cache",
}  # fmt: skip
"""What may differ from one start to the next: no weight depends on it."""


def settings_of(config: RunConfig) -> Settings:
    """The settings of a resolved config that decide about its training."""
    return _flat(OmegaConf.to_container(_plain(OmegaConf.structured(config)), resolve=True))


def saved_settings(path: Path) -> Settings:
    """Those of a config.yaml that a run has left.

    Raises:
        Exception: the file cannot be read, or is no config of a run.
    """
    return _flat(OmegaConf.to_container(_plain(OmegaConf.load(path)), resolve=False))


def differences(before: Settings, now: Settings) -> dict[str, tuple[Any, Any]]:
    """What was and what is, under the keys that both know: one that a version lacks changes nothing."""
    return {
        key: (value, now[key])
        for key, value in before.items()
        if key in now and key not in FREE and spelt(value) != spelt(now[key])
    }


def told(changed: Mapping[str, tuple[Any, Any]], most: int = 6) -> list[Text]:
    """What was and what is, a line each, the first ones of many."""
    lines = [
        Text(f"{key}: {old} there, {new} now", f"{key}: 그때 {old}, 지금 {new}")
        for key, (old, new) in list(changed.items())[:most]
    ]
    if len(changed) > most:
        lines.append(Text(f"and {len(changed) - most} more", f"그 밖에 {len(changed) - most}개"))
    return lines


def spelt(value: Any) -> str:
    """A value as text in which 1, 1.0 and 1e0 are one number."""
    return str(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _plain(config: Any) -> Any:
    """The groups that decide, with paths as they are written down."""
    kept = OmegaConf.create({name: config[name] for name in GROUPS if name in config})
    for split in ("train", "validation", "test"):
        path: Any = OmegaConf.select(kept, f"task.files.{split}")
        if path:
            kept.task.files[split] = str(Path(path).expanduser().absolute())
    return kept


def _flat(node: Any, prefix: str = "") -> Settings:
    """Leaves under their keys; facts of the catalogue set nothing, open mappings and lists are leaves."""
    found: Settings = {}
    for key, value in cast(Mapping[str, Any], node).items():
        name = f"{prefix}{key}"
        if name == "model.facts":
            continue
        if isinstance(value, dict) and name != "model.config":
            found |= _flat(cast(Any, value), f"{name}.")
        else:
            found[name] = value.name if isinstance(value, Enum) else value
    return found
