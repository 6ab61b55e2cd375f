"""The `tokenizer` group: which vocabulary reads the text, and how much of the text."""

from dataclasses import dataclass, field
from enum import Enum

from omegaconf import MISSING

from haechi.schema.ranges import within


class NewTokens(Enum):
    """Where added tokens get their embedding rows."""

    auto = "auto"
    resize = "resize"
    reuse_unused = "reuse_unused"


@dataclass
class TokenizerConfig:
    """The tokenizer of a run; the checkpoint's own unless `source` names another."""

    name: str = MISSING
    """Name of the option, as in `tokenizer=auto`."""
    source: str | None = MISSING
    """Hub id or folder whose tokenizer is used; null means the model's own."""
    max_length: int = field(default=128, metadata=within(3, 1_000_000))
    """Longest input in tokens, special tokens included; longer text is cut. The task's unless overridden."""
    add_tokens: list[str] = field(default_factory=lambda: [])
    """Ordinary tokens to add to the vocabulary."""
    add_special_tokens: list[str] = field(default_factory=lambda: [])
    """Tokens to add that are never split and never normalized, such as entity markers."""
    new_tokens: NewTokens = NewTokens.auto
    """`reuse_unused` gives added tokens spare slots such as `[unused0]`, `resize` gives them new
    embedding rows, `auto` takes spare slots when there are enough of them."""
    allow_cross: bool = False
    """Whether a tokenizer that is not the checkpoint's own is wanted."""
    do_lower_case: bool | None = None
    """Overrides the lower-casing that the tokenizer's files declare; null keeps it."""
    token_type_ids: bool | None = None
    """Whether segment ids reach the model; null means as the tokenizer's template says."""
