"""How examples are laid out as inputs of the model."""

from dataclasses import dataclass

from haechi.schema.task import Markers, Objective, PairEncoder


@dataclass(frozen=True)
class AnswerSearch:
    """How start and end scores become an answer."""

    n_best: int = 20
    """Likely starts and ends that are combined in each window."""
    max_answer_tokens: int = 30
    """Longest answer, in tokens."""
    null_threshold: float = 0.0
    """How much `no answer` must score above the best answer, in logits, to be given."""


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
    """Whether a row has two texts."""
    encoder: PairEncoder = PairEncoder.cross
    """Whether they are one input, or one each."""
    special_tokens: bool = False
    """Whether it is kept which tokens are special."""
    markers: Markers = Markers.untyped
    """How the mentions of a relation are marked."""
    doc_stride: int = 128
    """Tokens that neighbouring windows of a context share."""
    search: AnswerSearch = AnswerSearch()
    """How the answer is found among the tokens of a context."""
