"""Marking the two mentions of a relation in the sentence.

Source: Zhou and Chen 2022, An Improved Baseline for Sentence-level Relation Extraction, section 3.2,
https://arxiv.org/abs/2102.01373; the untyped markers are those of KLUE's own script.
"""

from collections.abc import Iterable
from typing import NamedTuple

from haechi.rows.examples import Entity, RelationExample
from haechi.schema.task import Markers

PUNCTUATION = ("@", "*", "#", "^")
ROLES = ("subj", "obj")


class Marked(NamedTuple):
    """A sentence with its mentions marked."""

    text: str
    starts: tuple[int, int]
    """Offsets of the first characters of the subject's and of the object's opening marker."""
    ends: tuple[int, int]
    """Offsets behind the closing markers."""


def marker_tokens(markers: Markers, types: tuple[Iterable[str], Iterable[str]]) -> list[str]:
    """Tokens that the vocabulary needs for a kind of markers.

    Args:
        markers: the kind.
        types: types of the subjects and of the objects in the data.
    """
    if markers is Markers.punctuation:
        return []
    if markers is Markers.untyped:
        return [token for role in ROLES for token in (f"<{role}>", f"</{role}>")]
    return [
        token
        for role, found in zip(ROLES, types, strict=True)
        for kind in sorted(found)
        for token in (f"<{role}:{kind}>", f"</{role}:{kind}>")
    ]


def mark(example: RelationExample, markers: Markers) -> Marked | None:
    """The sentence with both mentions marked; None where a mention cannot be found."""
    subject, object_ = example.subject, example.object
    if not isinstance(subject, Entity) or not isinstance(object_, Entity):
        return None
    sentence = example.text or ""
    if not all(0 <= item.start < item.end <= len(sentence) for item in (subject, object_)):
        return None
    inserts: list[tuple[int, int, int, int, str, str]] = []
    for number, (role, entity) in enumerate(zip(ROLES, (subject, object_), strict=True)):
        before, behind = _markers(role, entity, markers)
        # Where both mentions begin (or end) at one place, the longer one is outside, or the subject.
        length = entity.end - entity.start
        inserts.append((entity.start, 1, -length, number, "start", before))
        inserts.append((entity.end, 0, length, -number, "end", behind))
    text, done = "", 0
    found: dict[tuple[int, str], int] = {}
    for offset, _, _, number, side, marker in sorted(inserts):
        text += sentence[done:offset]
        found[abs(number), side] = len(text) + (len(marker) if side == "end" else 0)
        text += marker
        done = offset
    text += sentence[done:]
    starts, ends = ((found[0, side], found[1, side]) for side in ("start", "end"))
    return Marked(text, starts, ends)


def _markers(role: str, entity: Entity, markers: Markers) -> tuple[str, str]:
    if markers is Markers.untyped:
        return f"<{role}>", f"</{role}>"
    kind = entity.type or ""
    if markers is Markers.typed:
        return f"<{role}:{kind}>", f"</{role}:{kind}>"
    outer, inner = ("@", "*") if role == "subj" else ("#", "^")
    return f"{outer}{inner}{kind}{inner}", outer
