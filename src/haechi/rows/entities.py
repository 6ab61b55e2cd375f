"""What can be wrong with the two mentions of a relation."""

from collections.abc import Iterator

from haechi.rows.examples import Entity, RelationExample
from haechi.rows.finding import Finding
from haechi.rows.tally import printable
from haechi.text import Text

# Names of the faults, by which a survey counts them.
ENTITY_MISSING, ENTITY_OUTSIDE, ENTITY_MISMATCH, ENTITIES_CROSS = (
    "entity_missing", "entity_outside", "entity_mismatch", "entities_cross",
)  # fmt: skip


def entity_faults(example: RelationExample) -> Iterator[Finding]:
    """Faults of one row, each with what it looks like."""
    sentence = example.text or ""
    found: list[Entity] = []
    for role, entity in (("subject_entity", example.subject), ("object_entity", example.object)):
        if isinstance(entity, Text):
            yield Finding(ENTITY_MISSING, Text(f"`{role}` {entity}", f"`{role}`{entity.ko}"), entity)
            continue
        found.append(entity)
        misplaced = _misplaced(role, entity, len(sentence))
        if misplaced is not None:
            yield misplaced
        elif entity.word is not None and sentence[entity.start : entity.end] != entity.word:
            yield _mismatch(role, entity, sentence)
    if len(found) == 2:
        first, second = sorted(found, key=lambda entity: (entity.start, -entity.end))
        if first.start < second.start < first.end < second.end:
            one, other = (f"{item.start}-{item.end - 1}" for item in (first, second))
            yield Finding(
                ENTITIES_CROSS,
                Text(
                    f"the mentions at {one} and {other} overlap",
                    f"{one}과 {other}의 두 멘션이 서로 걸칩니다",
                ),
            )


def _misplaced(role: str, entity: Entity, characters: int) -> Finding | None:
    """What is wrong with a place that no sentence of that length has."""
    start, last = entity.start, entity.end - 1
    if start < 0:
        return Finding(
            ENTITY_OUTSIDE,
            Text(
                f"`{role}` is said to begin at {start}, before the sentence",
                f"`{role}`이(가) 문장 앞인 {start}에서 시작한다고 되어 있습니다",
            ),
            "before",
        )
    if last < start:
        return Finding(
            ENTITY_OUTSIDE,
            Text(
                f"`{role}` is said to begin at {start} and to end before that, at {last}",
                f"`{role}`이(가) {start}에서 시작해 그보다 앞인 {last}에서 끝난다고 되어 있습니다",
            ),
            "reversed",
        )
    if last < characters:
        return None
    return Finding(
        ENTITY_OUTSIDE,
        Text(
            f"`{role}` is said to stand at {start}-{last}, the sentence has {characters} characters",
            f"`{role}`의 위치가 {start}-{last}인데, 문장은 {characters}글자입니다",
        ),
        "behind",
    )


def _mismatch(role: str, entity: Entity, sentence: str) -> Finding:
    word, place = entity.word or "", f"{entity.start}-{entity.end - 1}"
    there = sentence[entity.start : entity.end]
    said = Text(
        f"`{role}` is `{printable(word)}`, but {place} reads `{printable(there)}`",
        f"`{role}`은(는) `{printable(word)}`인데, {place}의 글자는 `{printable(there)}`입니다",
    )
    # `end_idx` is then the offset behind the last character, another fault than a place that has moved.
    return Finding(ENTITY_MISMATCH, said, "one too many" if word and there[:-1] == word else "elsewhere")
