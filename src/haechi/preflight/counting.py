"""Counted rows -> problems: what was counted, where the first ones are, what would cover them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.token_counts import TokenCounts
from haechi.rows.survey import Survey
from haechi.rows.tally import FIRST, Tally
from haechi.schema.task import Objective
from haechi.text import Text, join
from haechi.tokenization.runtime import RuntimeTokenizer


def rows_counted(evidence: Evidence) -> Text:
    """What `token_counts` are of: `train rows`, or `sampled train rows` where some were left out."""
    train, counts = evidence.train, evidence.token_counts
    every = train is not None and counts is not None and not train.sampled and counts.rows >= train.usable
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
    rows = [index + 1 for index in indices[:FIRST]] if not split.sampled else []
    return Tally(len(indices), rows).place(split.path)


def is_constant(split: Survey) -> bool:
    """Whether all rows have the same texts, which has a rule of its own."""
    return split.rows > 1 and all(text is not None for text in split.constant)


def text_key(evidence: Evidence) -> str:
    """The config key of the column that holds the task's text."""
    objective = evidence.config.task.objective
    names = {Objective.relation: "sentence", Objective.span: "context"}
    return f"task.columns.{names.get(objective, 'text')}"


def both_text_keys(evidence: Evidence) -> tuple[str, str | None]:
    """The config keys of the columns of the first text and, where the rows have two, of the second one."""
    if evidence.config.task.objective is Objective.span:
        return "task.columns.question", "task.columns.context"
    return text_key(evidence), "task.columns.text_pair" if evidence.has_pairs else None


def ids_of(tokenizer: RuntimeTokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of texts."""
    return [encoding.ids for encoding in tokenizer.encode_whole(texts)]


class Counted(NamedTuple):
    """Train rows with a fault that only their encoding shows."""

    counts: TokenCounts
    rows: int
    """How many have it."""
    seen: Text
    """What was counted: all train rows, or a sample."""
    place: Text
    """Where the first ones are, and what the first one looks like."""


def counted(evidence: Evidence, fault: str) -> Counted | None:
    """Train rows with a fault, by its name in `preflight.token_counts`; None where none has it."""
    counts = evidence.token_counts
    tally = counts.tallies[fault] if counts else None
    if counts is None or tally is None or not tally.count:
        return None
    path = evidence.train.path if evidence.train else ""
    return Counted(counts, tally.count, rows_counted(evidence), join(": ", [tally.place(path), tally.shown]))


def longer_or_accepted(evidence: Evidence, tokens: int, code: str) -> list[str]:
    """The fix for rows of so many tokens: that length, or what is usable of it and the loss accepted."""
    longer = covering_length(evidence, tokens)
    enough = longer == [f"tokenizer.max_length={tokens}"]
    return longer if enough else [*longer, accept(evidence, code)]


def row_faults(
    evidence: Evidence, faults: Mapping[str, Text], column: str
) -> Iterator[tuple[str, float, Problem]]:
    """Faults of single rows that the surveys counted: name, share of the rows, the finding.

    Args:
        evidence: of the run.
        faults: what is said of rows with a fault, by its name in the survey: `3 of 20 train rows have ...`.
        column: key of the column that holds what is wrong.
    """
    for split in evidence.readable:
        for fault, said in faults.items():
            tally = split.tallies[fault]
            if tally.count:
                message = Text(
                    f"{tally.count:,} of {split.rows:,} {split.seen} have {said}",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {tally.count:,}행에 {said.ko}",
                )
                keys = [column, f"task.files.{split.name}"]
                notes = tally.notes(split.path)
                yield fault, tally.count / split.rows, Problem(message, keys, notes=notes)
