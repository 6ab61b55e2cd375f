"""`model.config`: which overrides of a checkpoint's config.json are taken, and why the others are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedConfig

from haechi.checkpoint.config_keys import NUMBER_FORMAT, OF_THE_HEAD, OF_THE_PROGRAM, known_keys
from haechi.checkpoint.config_values import spelt
from haechi.schema.model import Init

# transformers reads the attention implementation under its private name only.
PRIVATE = {"attn_implementation": "_attn_implementation"}
HEADER = ("key", "checkpoint", "run", "taken", "why")


@dataclass(frozen=True)
class Override:
    """One override and what became of it."""

    key: str
    before: Any
    """The checkpoint's value, or the architecture's default where its config.json is silent."""
    after: Any
    """The value that was asked for."""
    taken: bool
    why: str
    """Why it was taken, or why not."""


def apply_overrides(
    config: PreTrainedConfig, overrides: Mapping[str, Any], init: Init, stored: Collection[str]
) -> list[Override]:
    """Set on a config what is taken, in place; the rules of `preflight` have judged the overrides before.

    Args:
        config: the checkpoint's config.
        overrides: `model.config`.
        init: `scratch` frees the architecture.
        stored: keys of the checkpoint's config.json, which may be more than the architecture has.
    """
    decided: list[Override] = []
    for key, value in overrides.items():
        name = PRIVATE.get(key, key)
        before = getattr(config, name, None)
        taken, why = _weigh(config, key, before, value, init, stored)
        # More rows are given to the table by `embeddings.make_room`, once the checkpoint's own are loaded.
        if taken and (key != "vocab_size" or init is Init.scratch):
            setattr(config, name, value)
        decided.append(Override(key, before, value, taken, why))
    if config.model_type == "xlnet" and "d_head" not in overrides:
        # Stored beside the sizes that it follows from, and refused where it contradicts them.
        config.d_head = config.d_model // config.n_head
    return decided


def _weigh(
    config: PreTrainedConfig, key: str, before: Any, value: Any, init: Init, stored: Collection[str]
) -> tuple[bool, str]:
    if key in OF_THE_HEAD:
        return False, "the task decides the head's outputs"
    if key in (*NUMBER_FORMAT, *OF_THE_PROGRAM):
        return False, "Haechi asks the model for what it needs"
    if key not in known_keys(config.model_type) and key not in stored:
        return False, f"no key of {config.model_type}'s config.json"
    if before == value:
        return True, "changes nothing"
    if init is Init.scratch:
        return True, "the weights are drawn anew"
    if key == "vocab_size":
        return True, "the checkpoint's rows are kept, new ones follow"
    return True, "may be changed on pretrained weights"


def table_of(decided: Sequence[Override]) -> str:
    """The overrides as aligned lines: key, checkpoint's value, new value, taken or not, why."""
    rows = [
        HEADER,
        *((item.key, spelt(item.before), spelt(item.after), _taken(item), item.why) for item in decided),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _taken(item: Override) -> str:
    return "yes" if item.taken else "no"
