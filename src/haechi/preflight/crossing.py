"""How a tokenizer that was named apart from the model compares with the model's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.schema.model import Init
from haechi.text import Text

ROLES = ("cls", "sep", "pad", "unk", "mask")


@dataclass(frozen=True)
class Crossing:
    """Two different vocabularies."""

    sizes: tuple[int | None, int | None]
    """Entries of the tokenizer and of the model's own."""
    moved: list[Text]
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


def _moved(ids: Sequence[tuple[str, str | None, int | None, int | None]]) -> list[Text]:
    return [
        Text(
            f"{token} is {theirs} there and {own} here",
            f"{token}의 id는 토크나이저 쪽 {theirs}, 모델 쪽 {own}",
        )
        for _, token, own, theirs in ids
        if token is not None and None not in (own, theirs) and own != theirs
    ]


def crossing_problem(evidence: Evidence, found: Crossing, comparison: Text) -> Problem:
    """The finding, the same for both rules; a warning where the crossing is wanted."""
    config = evidence.config
    wanted = config.tokenizer.allow_cross
    keys = ["tokenizer.source", "model.checkpoint"]
    notes = [comparison]
    if found.moved:
        first = found.moved[0]
        notes = [Text(f"{comparison}, but {first}", f"{comparison.ko}. 그러나 {first.ko}입니다")]
    if found.moved[1:]:
        korean = "; ".join(item.ko for item in found.moved[1:])
        notes.append(Text(f"also {', '.join(found.moved[1:])}", f"또한 {korean}입니다"))
    if not wanted:
        notes.append(
            Text(
                "if the crossing is wanted: `tokenizer.allow_cross=true` makes this a warning",
                "일부러 바꾼 것이라면 `tokenizer.allow_cross=true`를 써서 경고로 낮출 수 있습니다",
            )
        )
    source, checkpoint = config.tokenizer.source, config.model.checkpoint
    return Problem(
        Text(
            f"the tokenizer of {source} is not the one {checkpoint} was trained with",
            f"{source}의 토크나이저는 {checkpoint} 학습에 쓰인 것이 아닙니다",
        ),
        keys=[*keys, "tokenizer.allow_cross"] if wanted else keys,
        fixes=[["tokenizer=auto"]],
        notes=notes,
        severity=Severity.warning if wanted or not found.certain else Severity.error,
    )
