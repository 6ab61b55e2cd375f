"""How examples are laid out as inputs of the model."""

from dataclasses import dataclass

from haechi.schema.task import Markers, Objective


@dataclass(frozen=True)
class InputFormat:
    """What turns an example into token ids, in training and in prediction alike."""

    objective: Objective
    max_length: int
    """Longest input, in tokens, special ones included."""
    token_type_ids: bool = False
    """Whether segment ids are kept."""
    labels: list[str] | None = None
    """Names in the order of the head's outputs; None for scores and for spans."""
    text_pair: bool = False
    """Whether an input is a pair of texts."""
    special_tokens: bool = False
    """Whether it is kept which tokens are special."""
    markers: Markers = Markers.untyped
    """How the mentions of a relation are marked."""
    doc_stride: int = 128
    """Tokens that neighbouring windows of a context share."""
