"""Markers stand around the mentions, wherever these are."""

import random
import re

import pytest

from haechi.rows.examples import Entity, RelationExample
from haechi.schema.task import Markers
from haechi.text import Text
from haechi.tokenization.markers import mark, marker_tokens

SENTENCE = "이순신은 한산도에서 이겼다"


def relation(subject: Entity | Text, object_: Entity | Text) -> RelationExample:
    return RelationExample(1, SENTENCE, None, "가", subject=subject, object=object_)


@pytest.mark.parametrize(
    ("markers", "text"),
    [
        (Markers.untyped, "<subj>이순신</subj>은 <obj>한산도</obj>에서 이겼다"),
        (Markers.typed, "<subj:PER>이순신</subj:PER>은 <obj:LOC>한산도</obj:LOC>에서 이겼다"),
        (Markers.punctuation, "@*PER*이순신@은 #^LOC^한산도#에서 이겼다"),
    ],
)
def test_kinds_of_markers(markers: Markers, text: str) -> None:
    found = mark(relation(Entity(0, 3, "PER"), Entity(5, 8, "LOC")), markers)
    assert found is not None
    assert found.text == text


def test_every_pair_of_mentions() -> None:
    chance = random.Random(1)
    closing = {"<subj>": "</subj>", "<obj>": "</obj>"}
    for _ in range(2000):
        spans = [sorted(chance.sample(range(len(SENTENCE) + 1), 2)) for _ in range(2)]
        found = mark(relation(*(Entity(start, end) for start, end in spans)), Markers.untyped)
        assert found is not None
        assert re.sub("</?(subj|obj)>", "", found.text) == SENTENCE
        for number, opening in enumerate(closing):
            start, end = found.starts[number], found.ends[number]
            assert found.text[start:].startswith(opening)
            assert found.text[:end].endswith(closing[opening])
            inside = re.sub("</?(subj|obj)>", "", found.text[start:end])
            assert inside == SENTENCE[slice(*spans[number])]
        (a, b), (c, d) = spans
        if not (a < c < b < d or c < a < d < b):
            opened: list[str] = []
            for marker in re.findall("</?(?:subj|obj)>", found.text):
                if marker in closing:
                    opened.append(closing[marker])
                else:
                    assert opened.pop() == marker, found.text


@pytest.mark.parametrize("wrong", [Text("none", "없음"), Entity(0, 99), Entity(-1, 2), Entity(3, 3)])
def test_a_mention_that_is_nowhere(wrong: Entity | Text) -> None:
    assert mark(relation(wrong, Entity(5, 8)), Markers.untyped) is None
    assert mark(relation(Entity(5, 8), wrong), Markers.untyped) is None


def test_tokens_that_the_vocabulary_needs() -> None:
    types = ({"PER"}, {"ORG", "DAT"})
    assert marker_tokens(Markers.punctuation, types) == []
    assert marker_tokens(Markers.untyped, types) == ["<subj>", "</subj>", "<obj>", "</obj>"]
    assert marker_tokens(Markers.typed, types) == [
        "<subj:PER>", "</subj:PER>", "<obj:DAT>", "</obj:DAT>", "<obj:ORG>", "</obj:ORG>",
    ]  # fmt: skip
