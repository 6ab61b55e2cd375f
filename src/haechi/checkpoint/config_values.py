"""What transformers takes as values in a config.json, beside the keys.

`config_values.json` is dumped from transformers by `make config-keys`; a test holds that it is current.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

# What a value is in Python and in the table of types; bool comes before int, of which it is a kind.
KINDS = ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (type(None), "null"))
VALUES = Path(__file__).with_name("config_values.json")


@cache
def _table() -> dict[str, Any]:
    return json.loads(VALUES.read_text(encoding="utf-8"))


def activations() -> list[str]:
    """Names of activation functions: the keys of transformers.activations.ACT2FN."""
    return _table()["activations"]


def attentions() -> list[str]:
    """Names of attention implementations, those of the hub's kernels (with a slash) left out."""
    return _table()["attentions"]


def is_known_to_transformers(model_type: str | None) -> bool:
    """Whether transformers has the architecture built in, whether or not Haechi fine-tunes it."""
    return model_type in _table()["model_types"]


def types_of(model_type: str | None, key: str) -> list[str] | None:
    """Types that an architecture takes for a key, such as `["float", "int", "null"]`; None unknown."""
    found = _table()["types"].get(model_type, {}).get(key)
    return found.split() if found else None


def spelt(value: object) -> str:
    """A value as it is typed in an override."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def kind_of(value: object) -> str:
    """The name that the table has for a value's type; empty for a list or an object."""
    return next((name for known, name in KINDS if isinstance(value, known)), "")


def takes(model_type: str | None, key: str, value: object) -> bool:
    """Whether an architecture takes a value of this type for a key; true where nothing is known of it."""
    types = types_of(model_type, key)
    return types is None or kind_of(value) in types
