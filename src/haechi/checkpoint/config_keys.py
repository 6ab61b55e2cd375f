"""Which keys an architecture's config.json may hold, and which of them a fine-tuning may change.

`config_keys.json` is dumped from transformers by `make config-keys`; a test holds that it is current.
"""

import json
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("config_keys.json")

# The head has one output for each label of the task, and its loss is the objective's.
OF_THE_HEAD = ("num_labels", "id2label", "label2id", "problem_type")
# The number format is `model.dtype`.
NUMBER_FORMAT = ("dtype", "torch_dtype")
# What the program itself asks of a model, whatever config.json says.
OF_THE_PROGRAM = ("return_dict", "use_cache", "output_hidden_states", "output_attentions")
# Keys that shape what is learned downstream, not the pretrained computation.
DOWNSTREAM = {
    "vocab_size", "attn_implementation", "initializer_range", "tie_word_embeddings",
    "gradient_checkpointing", "chunk_size_feed_forward", *OF_THE_HEAD, *OF_THE_PROGRAM,
}  # fmt: skip
# Keys that every architecture reads and that its dumped config does not show.
UNIVERSAL = {"num_labels", "attn_implementation", "gradient_checkpointing"}


@cache
def _table() -> dict[str, list[str]]:
    return json.loads(TABLE.read_text(encoding="utf-8"))


def known_keys(model_type: str | None) -> set[str]:
    """Keys of an architecture's config class; empty for an architecture that is not in the table."""
    table = _table()
    return set(table[model_type]) | UNIVERSAL if model_type in table else set()


def is_downstream(key: str) -> bool:
    """Whether a key may be overridden on a pretrained checkpoint."""
    return key in DOWNSTREAM or "dropout" in key or key.endswith(("_pdrop", "_drop"))
