"""Dump what transformers knows of configs: `python -m haechi.modeling.config_keys`.

The keys of each supported architecture go into one table, the values that they may have into another.
"""

import dataclasses
import json
from types import NoneType
from typing import Any, get_args, get_origin

from transformers import CONFIG_MAPPING, AutoConfig
from transformers.activations import ACT2FN
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from haechi.checkpoint.architectures import ENCODERS
from haechi.checkpoint.config_keys import TABLE
from haechi.checkpoint.config_values import VALUES
from haechi.modeling.cpu_attention import NAME

# Types by the names that a user knows; a key with any other type is left out of the table.
TYPES: dict[Any, str] = {bool: "bool", int: "int", float: "float", str: "str", NoneType: "null"}


def dump() -> str:
    """The table as JSON: model type -> sorted keys, as the installed transformers knows them."""
    table: dict[str, list[str]] = {}
    for model_type in sorted(ENCODERS):
        config = AutoConfig.for_model(model_type)
        keys = set(config.to_dict()) | set(config.attribute_map)
        table[model_type] = sorted(key for key in keys if not key.startswith("_"))
    return json.dumps(table, indent=1) + "\n"


def dump_values() -> str:
    """The values as JSON: names of activations, attention implementations, architectures; types of keys."""
    types: dict[str, dict[str, str]] = {}
    for model_type in sorted(ENCODERS):
        config = AutoConfig.for_model(model_type)
        found = {item.name: _names(item.type) for item in dataclasses.fields(config)}
        found |= {alias: found[key] for alias, key in config.attribute_map.items() if key in found}
        types[model_type] = {key: " ".join(names) for key, names in sorted(found.items()) if names}
    table = {
        "activations": sorted(ACT2FN),
        # Ours is registered once a model was built for a CPU; a config has no use for it.
        "attentions": sorted({"eager", *ALL_ATTENTION_FUNCTIONS.valid_keys()} - {NAME}),
        "model_types": sorted(CONFIG_MAPPING.keys()),
        "types": types,
    }
    return json.dumps(table, indent=1) + "\n"


def _names(kind: Any) -> list[str]:
    """`float | None` -> ["float", "null"]; empty where a type has no name here."""
    parts = get_args(kind) if get_origin(kind) is not None else (kind,)
    return sorted(TYPES[part] for part in parts) if all(part in TYPES for part in parts) else []


if __name__ == "__main__":
    TABLE.write_text(dump(), encoding="utf-8")
    VALUES.write_text(dump_values(), encoding="utf-8")
