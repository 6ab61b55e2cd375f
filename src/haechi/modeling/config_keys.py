"""Dump the config keys of each supported architecture: `python -m haechi.modeling.config_keys`."""

import json

from transformers import AutoConfig

from haechi.checkpoint.config_keys import TABLE
from haechi.checkpoint.files import ENCODERS


def dump() -> str:
    """The table as JSON: model type -> sorted keys, as the installed transformers knows them."""
    table: dict[str, list[str]] = {}
    for model_type in sorted(ENCODERS):
        config = AutoConfig.for_model(model_type)
        keys = set(config.to_dict()) | set(config.attribute_map)
        table[model_type] = sorted(key for key in keys if not key.startswith("_"))
    return json.dumps(table, indent=1) + "\n"


if __name__ == "__main__":
    TABLE.write_text(dump(), encoding="utf-8")
