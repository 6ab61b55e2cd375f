"""How a tokenizer that was named apart from the model compares with the model's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.schema.model import Init

ROLES = ("cls", "sep", "pad", "unk", "mask")


@dataclass(frozen=True)
class Crossing:
    """Two different vocabularies."""

    sizes: tuple[int | None, int | None]
    """Entries of the tokenizer and of the model's own."""
    moved: list[str]
    """Special tokens with another id, in words."""
    certain: bool = True
    """Whether files were compared, or facts that are confirmed."""

    @property
    def same_size(self) -> bool:
        """Whether both have equally many entries."""
        return self.sizes[0] == self.sizes[1]


def crossing(evidence: Evidence) -> Crossing | None:
    """The crossing of a run; None where both vocabularies are the same or nothing is known.

    Weights that are drawn anew were trained with no vocabulary, so that there is nothing to cross.
    """
    if not evidence.crosses or evidence.config.model.init is Init.scratch:
        return None
    mine, own = evidence.tokenizer, evidence.own_tokenizer
    if mine is not None and own is not None:
        if mine.fingerprint == own.fingerprint:
            return None
        ids = [(role, own.tokens.get(role), own.id(role), mine.id(role)) for role in ROLES]
        return Crossing((mine.length, own.length), _moved(ids))
    theirs, facts = evidence.source_facts, evidence.facts
    if theirs is None or facts.vocabulary is None or theirs.vocabulary == facts.vocabulary:
        return None
    ids = [
        (role, f"[{role.upper()}]", getattr(facts, f"{role}_token_id"), getattr(theirs, f"{role}_token_id"))
        for role in ROLES
    ]
    certain = "vocabulary" not in [*theirs.uncertain, *facts.uncertain]
    return Crossing((theirs.tokenizer_length, facts.tokenizer_length), _moved(ids), certain)


def _moved(ids: Sequence[tuple[str, str | None, int | None, int | None]]) -> list[str]:
    return [
        f"{token} is {theirs} there and {own} here"
        for _, token, own, theirs in ids
        if token is not None and None not in (own, theirs) and own != theirs
    ]


def crossing_problem(evidence: Evidence, found: Crossing, comparison: str) -> Problem:
    """The finding, the same for both rules; a warning where the crossing is wanted."""
    config = evidence.config
    wanted = config.tokenizer.allow_cross
    keys = ["tokenizer.source", "model.checkpoint"]
    notes = [f"{comparison}, but {found.moved[0]}" if found.moved else comparison]
    if found.moved[1:]:
        notes.append("also " + ", ".join(found.moved[1:]))
    if not wanted:
        notes.append("if the crossing is wanted: `tokenizer.allow_cross=true` makes this a warning")
    source, checkpoint = config.tokenizer.source, config.model.checkpoint
    return Problem(
        f"the tokenizer of {source} is not the one {checkpoint} was trained with",
        keys=[*keys, "tokenizer.allow_cross"] if wanted else keys,
        fixes=[["tokenizer=auto"]],
        notes=notes,
        severity=Severity.warning if wanted or not found.certain else Severity.error,
    )
