"""The `task` group: data, labels and the metric."""

from dataclasses import dataclass, field
from enum import Enum

from omegaconf import MISSING

from haechi.schema.ranges import within


class Objective(Enum):
    """What the head predicts."""

    classification = "classification"
    regression = "regression"
    pair_classification = "pair_classification"
    relation = "relation"
    token_classification = "token_classification"
    span = "span"


TOKENWISE = frozenset({Objective.token_classification, Objective.span})
"""Objectives whose head reads every token; they have no use for a pooling."""


class Markers(Enum):
    """How the two mentions of a relation are marked in the sentence."""

    untyped = "untyped"
    """`<subj> word </subj>` and `<obj> word </obj>`, as KLUE's own script; four added tokens."""
    typed = "typed"
    """`<subj:PER> word </subj:PER>`; two added tokens for each type of entity and role."""
    punctuation = "punctuation"
    """`@ * PER * word @` and `# ^ ORG ^ word #`; no added token."""


class PairEncoder(Enum):
    """How the two texts of a pair reach the encoder."""

    cross = "cross"
    """Both as one input: every token sees the other text."""
    bi = "bi"
    """Each by itself; the score is the cosine of the two vectors."""


@dataclass
class Files:
    """One file a split: csv, tsv, json, jsonl or parquet."""

    train: str | None = None
    """Rows to train on."""
    validation: str | None = None
    """Rows that choose the best checkpoint; null splits some off the train rows."""
    test: str | None = None
    """Rows that are evaluated once, at the end."""


@dataclass
class Columns:
    """Names of the columns. A dot reaches into nested JSON (`labels.label`), a bar gives another name
    for the same column in other editions of the data (`gold_label|label`)."""

    text: str | None = None
    """The text, or the first text of a pair; the list of tokens for a token classification."""
    text_pair: str | None = None
    """The second text of a pair."""
    label: str | None = None
    """The class name, or the score; the list of tags for a token classification."""
    sentence: str | None = None
    """The sentence in which a relation is looked for."""
    subject_entity: str | None = None
    """Its first mention: an object with word, start_idx, end_idx (of the last character) and type."""
    object_entity: str | None = None
    """Its second mention."""
    question: str | None = None
    """The question to a context."""
    context: str | None = None
    """The text in which the answer is looked for."""
    answers: str | None = None
    """The answers, each with `answer_start` in characters and `text`."""
    id: str | None = None
    """What names a question in the predictions; null numbers them."""


@dataclass
class Scale:
    """Ends of the scale of the scores, as far as they are known; a score beyond them is said."""

    lowest: float | None = field(default=None, metadata=within(-1_000_000_000, 1_000_000_000))
    """The lowest score that there can be; null knows of none."""
    highest: float | None = field(default=None, metadata=within(-1_000_000_000, 1_000_000_000))
    """The highest score that there can be; null knows of none."""


@dataclass
class HubDataset:
    """A data set of the hub, used when no files are named."""

    path: str | None = None
    """Hub id, such as `klue/klue`."""
    name: str | None = None
    """Configuration of the data set, such as `ynat`."""
    revision: str = "main"
    """Branch, tag or commit."""


@dataclass
class TaskConfig:
    """What is learned, from which rows, and how it is scored."""

    name: str = MISSING
    """Name of the option, and of the folder under outputs/."""
    objective: Objective = MISSING
    """Kind of head, loss and default metric."""
    dataset: HubDataset = field(default_factory=HubDataset)
    """Where the rows come from when `files` names none."""
    files: Files = field(default_factory=Files)
    """Where the rows come from."""
    columns: Columns = field(default_factory=Columns)
    """Which columns hold what."""
    labels: list[str] | None = None
    """Class names in the order of the head's outputs; null takes the sorted names of the train rows."""
    metric: str | None = None
    """Metric that chooses the best checkpoint and that a sweep optimizes; null is the objective's own."""
    max_train_rows: int | None = field(default=None, metadata=within(1))
    """Train on so many rows, drawn with the run's seed; null means all."""
    max_length: int = field(default=128, metadata=within(3, 1_000_000))
    """Longest input that the task suggests; `tokenizer.max_length` takes its default here. 128 is KLUE's
    for sentences."""
    markers: Markers = Markers.untyped
    """How the mentions of a relation are marked."""
    encoder: PairEncoder = PairEncoder.cross
    """How a pair of texts is encoded; `bi` is for scores of pairs, and gives vectors that can be kept."""
    highest_score: float | None = field(default=None, metadata=within(1e-6))
    """`encoder=bi`: the score that a cosine of 1 stands for; null is the highest of the train rows."""
    doc_stride: int = field(default=128, metadata=within(0))
    """Tokens that neighbouring windows of a long context share. (KLUE's own key says how far one moves.)"""
    scale: Scale = field(default_factory=Scale)
    """What scores there can be."""
    positive_from: float | None = field(default=None, metadata=within(-1_000_000_000, 1_000_000_000))
    """The score from which on two texts count as alike, for the metric `f1`; null gives no such metric."""
    n_best: int = field(default=20, metadata=within(1, 1000))
    """Likely starts and ends of an answer that are combined in each window. 20 is KLUE's."""
    max_answer_tokens: int = field(default=30, metadata=within(1, 100_000))
    """Longest answer that is given, in tokens. 30 is KLUE's."""
    null_threshold: float = field(default=0.0, metadata=within(-1_000_000, 1_000_000))
    """How much `no answer` must score above the best answer, in logits, to be given. 0 is KLUE's."""
    validation_share: float = field(default=0.1, metadata=within(0.001, 0.9))
    """Share of the train rows that is split off when there is no validation file."""
    encoding: str = "utf-8"
    """Text encoding of csv, tsv, json and jsonl files."""
    quoting: bool = True
    """Whether a double quote opens a quoted field in csv and tsv files."""
    token_cache: bool = True
    """Whether tokens are kept in ~/.cache/haechi, or where HAECHI_CACHE says, for the next run on the same
    rows."""
