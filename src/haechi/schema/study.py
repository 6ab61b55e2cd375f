"""The `study` group: what study.py compares. train.py and check.py read none of it."""

from dataclasses import dataclass, field

from haechi.schema.ranges import within

STUDIED = (
    "cls", "pooler", "mean", "mean_without_special", "max", "mean_sqrt_len", "weighted_mean", "last_token",
    "first_last", "last_four", "best_pair",
)  # fmt: skip
"""What `study.poolings` may name. `mean_without_special` is `mean` with
`pooling.include_special_tokens=false`; `best_pair` averages the means of the two layers that go together
best on the train rows."""


@dataclass
class StudyConfig:
    """Which layer, which token, which pooling: what is compared, on how many rows."""

    max_rows: int = field(default=2000, metadata=within(20))
    """Rows of each split that are encoded, drawn with the run's seed. 2,000, because the intervals of the
    scores are then about two hundredths wide, and a small encoder takes a minute or two on a CPU."""
    poolings: list[str] = field(default_factory=lambda: list(STUDIED))
    """What is compared; the names are in schema/study.py."""
    layers: list[str] = field(default_factory=lambda: [])
    """Layers that are compared, as in `study.layers=[0,6,-1]`: 0 is the embeddings, -1 the last; empty means
    all."""
    prefix: str = ""
    """Text put in front of every sentence, such as "query: " for the E5 family. train.py has none, so what
    it trains then reads other text than was studied."""
    static_vectors: str | None = None
    """A text file of word vectors (GloVe's or fastText's .vec), whose average is a baseline."""
    bootstrap: int = field(default=1000, metadata=within(100, 100_000))
    """Samples of the validation rows, drawn with replacement, that the 95 % intervals come from."""
    token_sentences: int = field(default=50, metadata=within(0, 100_000))
    """Validation sentences whose tokens are looked at; 0 leaves the token report out. A sentence of T tokens
    is read T times, so fifty headlines cost what a thousand do in the pass."""
    finetune: bool = False
    """Whether some settings are fine-tuned too, by train.py, to see if the ranking foretells theirs."""
    finetune_settings: int = field(default=4, metadata=within(3, 100))
    """Settings that are fine-tuned: spread over the ranking, the best and the worst among them."""
    finetune_seeds: list[str] = field(default_factory=lambda: ["1", "2"])
    """Seeds that each of them is fine-tuned with."""
