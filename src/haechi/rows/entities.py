"""What can be wrong with the two mentions of a relation."""

from collections.abc import Iterator

from haechi.rows.examples import Entity, RelationExample
from haechi.rows.tally import printable
from haechi.text import Text

# Names of the faults, by which a survey counts them.
ENTITY_MISSING, ENTITY_OUTSIDE, ENTITY_MISMATCH, ENTITIES_CROSS = (
    "entity_missing", "entity_outside", "entity_mismatch", "entities_cross",
)  # fmt: skip


def entity_faults(example: RelationExample) -> Iterator[tuple[str, Text]]:
    """Faults of one row, each with what it looks like."""
    sentence = example.text or ""
    found: list[Entity] = []
    for role, entity in (("subject_entity", example.subject), ("object_entity", example.object)):
        if isinstance(entity, Text):
            yield ENTITY_MISSING, Text(f"`{role}` {entity}", f"`{role}`{entity.ko}")
            continue
        found.append(entity)
        place = f"{entity.start}-{entity.end - 1}"
        if not 0 <= entity.start < entity.end <= len(sentence):
            yield (
                ENTITY_OUTSIDE,
                Text(
                    f"`{role}` is said to stand at {place}, the sentence has {len(sentence)} characters",
                    f"`{role}`의 위치가 {place}인데, 문장은 {len(sentence)}글자입니다",
                ),
            )
        elif entity.word is not None and sentence[entity.start : entity.end] != entity.word:
            there, word = printable(sentence[entity.start : entity.end]), printable(entity.word)
            yield (
                ENTITY_MISMATCH,
                Text(
                    f"`{role}` is `{word}`, but {place} reads `{there}`",
                    f"`{role}`은(는) `{word}`인데, {place}의 글자는 `{there}`입니다",
                ),
            )
    if len(found) == 2:
        first, second = sorted(found, key=lambda entity: (entity.start, -entity.end))
        if first.start < second.start < first.end < second.end:
            one, other = (f"{item.start}-{item.end - 1}" for item in (first, second))
            yield (
                ENTITIES_CROSS,
                Text(
                    f"the mentions at {one} and {other} overlap",
                    f"{one}과 {other}의 두 멘션이 서로 걸칩니다",
                ),
            )
