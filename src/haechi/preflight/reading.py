"""Faults of data files -> problems; one rule for each kind."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.rows.columns import nearest
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import SUFFIXES
from haechi.rows.survey import Survey
from haechi.rows.tally import FIRST, Tally
from haechi.schema.task import Objective
from haechi.text import Text
from haechi.tokenization.runtime import RuntimeTokenizer


def file_problems(evidence: Evidence, kind: Kind) -> Iterator[Problem]:
    """One problem for each split whose file has a fault of this kind."""
    for name, fault in evidence.surveys.items():
        if not isinstance(fault, FileFault) or fault.kind is not kind:
            continue
        key = f"task.files.{name}"
        keys = [key] if fault.setting is None else [key, fault.setting]
        without = evidence.run.origins.instead("task=sample_topic") if name == "train" else [f"{key}=null"]
        yield Problem(
            Text(f"`{fault.path}`: {fault.message}", f"`{fault.path}`: {fault.message.ko}"),
            keys=keys,
            fixes=fault.fixes or [*_nearby(key, fault), without],
        )


def _nearby(key: str, fault: FileFault) -> Iterator[list[str]]:
    """Files beside a missing one whose names resemble it."""
    path = Path(fault.path).expanduser()
    if fault.kind is not Kind.missing or not path.parent.is_dir():
        return
    files = [item.name for item in path.parent.iterdir() if item.suffix in SUFFIXES and item.is_file()]
    for name in nearest(path.name, files)[:2]:
        yield [f"{key}={as_value(str(path.parent / name))}"]


def rows_counted(evidence: Evidence) -> Text:
    """What `token_counts` are of: `train rows`, or `sampled train rows` where some were left out."""
    train, counts = evidence.train, evidence.token_counts
    every = train is not None and counts is not None and train.complete and counts.rows >= train.rows
    if every or evidence.config.preflight.sample_rows <= 0:
        return Text("train rows", "train")
    return Text("sampled train rows", "표본 train")


def covering_length(evidence: Evidence, wanted: int) -> list[str]:
    """The override of a longer input, as far as the model's positions go; none where it is long enough."""
    usable = evidence.architecture.usable_positions if evidence.architecture else None
    wanted = min(wanted, usable or wanted)
    return [f"tokenizer.max_length={wanted}"] if wanted > evidence.config.tokenizer.max_length else []


def accept(evidence: Evidence, code: str) -> str:
    """The override that silences a finding beside those that are silenced already."""
    return f"preflight.ignore=[{','.join([*evidence.config.preflight.ignore, code])}]"


def at_indices(split: Survey, indices: Sequence[int]) -> Text:
    """Where rows are, by their indices among those that were seen."""
    # Rows of a long file are drawn from all over it, and their numbers are not known.
    rows = [index + 1 for index in indices[:FIRST]] if split.complete else []
    return Tally(len(indices), rows).place(split.path)


def is_constant(split: Survey) -> bool:
    """Whether all rows have the same texts, which has a rule of its own."""
    return split.rows > 1 and all(text is not None for text in split.constant)


def text_key(evidence: Evidence) -> str:
    """The config key of the column that holds the task's text."""
    objective = evidence.config.task.objective
    names = {Objective.relation: "sentence", Objective.span: "context"}
    return f"task.columns.{names.get(objective, 'text')}"


def ids_of(tokenizer: RuntimeTokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of texts."""
    return [encoding.ids for encoding in tokenizer.encode_whole(texts)]
