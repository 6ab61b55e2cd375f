"""Marked sentences: the markers are one token each, and their places are known."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.rows.examples import Entity, RelationExample
from haechi.schema.task import Markers, Objective
from haechi.schema.tokenizer import NewTokens
from haechi.text import Text
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import add_tokens
from haechi.tokenization.runtime import RuntimeTokenizer

LABELS = ["no_relation", "per:employee_of"]
SENTENCE = "김해치는 광화문연구소에서 일한다."
SUBJECT, OBJECT = Entity(0, 3, "PER", "김해치"), Entity(5, 11, "ORG", "광화문연구소")


def example(subject: Entity | Text = SUBJECT, object_: Entity | Text = OBJECT) -> RelationExample:
    return RelationExample(1, SENTENCE, None, LABELS[1], subject=subject, object=object_)


def tokenizer_for(folder: Path, markers: Markers) -> RuntimeTokenizer:
    plain = build_tokenizer(tiny_copy(folder / "checkpoint"))
    return add_tokens(plain, [], marker_tokens(markers, (["PER"], ["ORG"])), NewTokens.auto)[0]


def tokens_at(tokenizer: RuntimeTokenizer, ids: Sequence[int], positions: Sequence[int]) -> list[str]:
    return [str(tokenizer.backend.id_to_token(ids[position])) for position in positions]


@pytest.mark.parametrize(
    ("markers", "opening"),
    [
        (Markers.untyped, ["<subj>", "<obj>"]),
        (Markers.typed, ["<subj:PER>", "<obj:ORG>"]),
        (Markers.punctuation, ["@", "#"]),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_the_starts_are_those_of_the_opening_markers(
    tmp_path: Path, markers: Markers, opening: list[str], swapped: bool
) -> None:
    """Also where the object comes before the subject."""
    tokenizer = tokenizer_for(tmp_path, markers)
    subject, object_ = Entity(5, 11, "PER"), Entity(0, 3, "ORG")
    row = example(subject, object_) if swapped else example()
    split = encode([row], tokenizer, InputFormat(Objective.relation, 64, labels=LABELS, markers=markers))
    starts = (split.entity_starts or [])[0]
    assert tokens_at(tokenizer, split.input_ids[0], starts) == opening
    assert (starts[0] > starts[1]) is swapped
    assert split.labels == [1]


def test_a_start_that_was_cut_off_is_negative(tmp_path: Path) -> None:
    tokenizer = tokenizer_for(tmp_path, Markers.untyped)
    split = encode([example()], tokenizer, InputFormat(Objective.relation, 6, labels=LABELS))
    assert len(split.input_ids[0]) == 6
    assert split.entity_starts == [(1, -1)]


def test_a_sentence_without_a_mention_stays_unmarked(tmp_path: Path) -> None:
    """Preflight says so; where it was told to let such rows pass, they cost no run."""
    tokenizer = tokenizer_for(tmp_path, Markers.untyped)
    form = InputFormat(Objective.relation, 64, labels=LABELS)
    split = encode([example(object_=Text("is missing", "없습니다"))], tokenizer, form)
    assert split.entity_starts == [(-1, -1)]
    assert split.input_ids[0] == tokenizer.encode([SENTENCE], None, 64)[0].ids
