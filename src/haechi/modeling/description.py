"""What a saved model says of itself in haechi.json: readable without torch."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haechi.data.input_format import AnswerSearch, InputFormat
from haechi.fault import RunFault
from haechi.saved import DESCRIPTION
from haechi.schema.pooling import PoolingConfig, needs_special_tokens
from haechi.schema.task import TOKENWISE, Markers, Objective, PairEncoder

# 2: more keys of the pooling, which a program that knows format 1 only would stumble over.
# 3: markers and windows, which relations and spans need.
# 4: bi-encoders, and how answers are found.
# 5: columns, tokens that words are joined by, and what rows are scored by.
FORMAT = 5


@dataclass
class Description:
    """What a model folder says of itself beside the encoder's own files."""

    objective: str
    pooling: dict[str, Any]
    labels: list[str] | None
    max_length: int
    token_type_ids: bool
    text_pair: bool
    """Whether rows have two texts."""
    markers: str = Markers.untyped.value
    """How the mentions of a relation are marked."""
    doc_stride: int = 128
    """Tokens that neighbouring windows of a context share."""
    n_best: int = AnswerSearch.n_best
    """Likely starts and ends of an answer that are combined in each window."""
    max_answer_tokens: int = AnswerSearch.max_answer_tokens
    """Longest answer, in tokens."""
    null_threshold: float = AnswerSearch.null_threshold
    """How much `no answer` must score above the best answer, in logits."""
    highest_score: float | None = None
    """The score that a cosine of 1 stands for; None where the two texts of a pair are one input."""
    columns: dict[str, str] = field(default_factory=dict)
    """Names of the columns that the training read, by their keys under `task.columns`."""
    between: str | None = None
    """What stands between the tokens of a tagged sentence; None tells by the tokens."""
    positive_from: float | None = None
    """The score from which on two texts count as alike, for the metric `f1`."""
    format: int = FORMAT

    def input_format(self) -> InputFormat:
        """How rows are laid out for the model, in training and afterwards."""
        objective = Objective(self.objective)
        pooled = objective not in TOKENWISE
        return InputFormat(
            objective=objective,
            max_length=self.max_length,
            token_type_ids=self.token_type_ids,
            labels=self.labels,
            text_pair=self.text_pair,
            special_tokens=pooled and needs_special_tokens(PoolingConfig(**self.pooling)),
            markers=Markers(self.markers),
            doc_stride=self.doc_stride,
            encoder=PairEncoder.cross if self.highest_score is None else PairEncoder.bi,
            search=AnswerSearch(self.n_best, self.max_answer_tokens, self.null_threshold),
        )

    @property
    def outputs(self) -> int:
        """Outputs of the head: one a name, 2 for a span, 1 for a score."""
        if self.labels is not None:
            return len(self.labels)
        return 2 if Objective(self.objective) is Objective.span else 1


def read_description(folder: Path) -> Description:
    """What a model folder says of itself.

    Raises:
        RunFault: it was written by a newer Haechi, or cannot be read.
    """
    try:
        content = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        written = int(content["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFault(
            f"`{folder / DESCRIPTION}` cannot be read ({type(error).__name__}: {error})"
        ) from error
    if written > FORMAT:
        raise RunFault(
            f"the model in `{folder}` was written by a newer Haechi",
            [f"it has format {written}, and this one reads up to {FORMAT}", "update Haechi: git pull"],
        )
    try:
        return Description(**content)
    except TypeError as error:
        raise RunFault(f"`{folder / DESCRIPTION}` is no description of a model ({error})") from error
