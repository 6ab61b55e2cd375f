"""One pass over a split: every count made another way, a fair sample, little memory."""

import json
import random
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from haechi import places
from haechi.rows.entities import ENTITIES_CROSS, ENTITY_MISMATCH, ENTITY_OUTSIDE, entity_faults
from haechi.rows.examples import Answer, Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.fault import CellFault, Kind
from haechi.rows.identity import Identities, identity
from haechi.rows.questions import (
    ANSWER_EMPTY,
    ANSWER_MISMATCH,
    ANSWER_MISSING,
    ANSWER_UNWANTED,
    answer_faults,
    nearest_offset,
)
from haechi.rows.survey import (
    BEYOND_SCALE,
    DECOMPOSED,
    EMPTY_EITHER,
    EMPTY_PAIR,
    EMPTY_TEXT,
    EQUAL_PAIR,
    FRACTION,
    IGNORED_LABEL,
    MISSING_LABEL,
    NOT_A_NUMBER,
    NULL_WORD,
    REPLACED,
    Survey,
    survey,
)
from haechi.rows.tags import TAG_FORM, TAG_JUMP, TAGS_LENGTH, is_bio, spans, tag_faults
from haechi.text import Text

TEXTS = [
    "",
    " ",
    "\u3000",
    "가",
    "가 ",
    "가  나",
    "가 나",
    "nan",
    "NaN",
    " None",
    "나\ufffd",
    "null값",
    "abc",
]
TEXTS += [unicodedata.normalize("NFD", "각하"), "각하", "cafe\u0301", "\uf9e1\uf98e", "ㅋㅋ"]
LABELS = [None, "", " ", "가", "가 ", "나", 3, "3", 3.5, "-100", -100, -1, float("nan"), "inf", "nan", True]


def seen(examples: list[Example], *, sample_rows: int = 0) -> Survey:
    return survey("train", "a.csv", examples, complete=True, sample_rows=sample_rows)


def spelt(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def test_counts_of_texts_and_labels() -> None:
    chance = random.Random(7)
    rows = [
        Example(row, chance.choice([*TEXTS, None]), chance.choice([*TEXTS, None]), chance.choice(LABELS))
        for row in range(1, 3001)
    ]
    found = seen(rows)

    def expect(fault: str, numbers: list[int]) -> None:
        assert found.count(fault) == len(numbers) > 0, fault
        assert found.tallies[fault].rows == numbers[:5], fault

    def having(texts: set[str]) -> list[int]:
        return [row.row for row in rows if {row.text, row.text_pair} & texts]

    assert found.rows == 3000
    expect(EMPTY_TEXT, [row.row for row in rows if not spelt(row.text)])
    expect(EMPTY_PAIR, [row.row for row in rows if row.text_pair is not None and not spelt(row.text_pair)])
    expect(
        EMPTY_EITHER,
        [
            row.row
            for row in rows
            if not spelt(row.text) or (row.text_pair or "x").isspace() or row.text_pair == ""
        ],
    )
    expect(EQUAL_PAIR, [row.row for row in rows if row.text and row.text == row.text_pair])
    expect(REPLACED, having({"나\ufffd"}))
    expect(NULL_WORD, having({"nan", "NaN", " None"}))
    expect(DECOMPOSED, having({TEXTS[13], "cafe\u0301"}))
    without = {"None", "", " ", "nan"}
    labels = [str(row.label) for row in rows if str(row.label) not in without or row.label == "nan"]
    assert found.count(MISSING_LABEL) == 3000 - len(labels)
    assert found.labels == Counter(labels)
    assert found.count(FRACTION) == labels.count("3.5")
    assert found.count(IGNORED_LABEL) == labels.count("-100") + labels.count("-1")
    assert found.count(NOT_A_NUMBER) == sum(
        labels.count(name) for name in ("가", "가 ", "나", "inf", "nan", "True")
    )
    assert (found.lowest, found.highest) == (-100, 3.5)
    numbers = {-100: {"-100"}, 3.5: {"3.5"}}
    for value, row in ((found.lowest, found.lowest_row), (found.highest, found.highest_row)):
        assert row == next(item.row for item in rows if str(item.label) in numbers[value])
    assert found.label_rows["나"] == [row.row for row in rows if row.label == "나"][:5]


def test_repeated_conflicting_and_shared_rows() -> None:
    chance = random.Random(3)
    train, test = (
        [
            Example(row, chance.choice(TEXTS), chance.choice(TEXTS), chance.choice("가나"))
            for row in range(size)
        ]
        for size in (150, 80)
    )
    one, other = seen(train), seen(test)
    pairs = [(spelt(row.text), spelt(row.text_pair)) for row in train]
    real = [index for index, pair in enumerate(pairs) if any(pair)]
    repeated = [index for index in real if pairs[index] in pairs[:index]]
    assert one.texts.repeated() == repeated
    assert repeated
    conflicting = [index for index in real if train[pairs.index(pairs[index])].label != train[index].label]
    assert one.texts.conflicting(one.labelled) == conflicting
    assert conflicting
    theirs = [(spelt(row.text), spelt(row.text_pair)) for row in test]
    assert one.texts.shared(other.texts) == [
        index for index, pair in enumerate(theirs) if any(pair) and pair in pairs
    ]


def test_repeated_rows_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haechi.rows.identity.PARTITION", 1000)
    chance = random.Random(5)
    numbers = [chance.randrange(20_000) for _ in range(10_000)]
    rows = Identities()
    for number in numbers:
        rows.add(identity(f"제목 {number}"))
    known: set[int] = set()
    expected = [at for at, number in enumerate(numbers) if number in known or known.add(number)]
    assert rows.repeated() == expected


def test_the_same_sentence_with_other_mentions_is_another_row() -> None:
    rows = [
        RelationExample(0, "가나다라", None, label, subject=Entity(0, 1), object=Entity(at, at + 1))
        for at, label in ((2, "가"), (3, "나"), (2, "나"))
    ]
    found = seen([*rows])
    assert found.texts.repeated() == [2]
    assert found.texts.conflicting(found.labelled) == [2]


@pytest.mark.parametrize(
    ("texts", "constant"),
    [
        ([("가", "나")] * 3, ["가", "나"]),
        ([("가", "나"), ("다", "나")], [None, "나"]),
        ([("가", None)] * 2, ["가"]),
        ([("가", "나"), ("가", None)], ["가", None]),
    ],
)
def test_a_constant_column(texts: list[tuple[str, str | None]], constant: list[str | None]) -> None:
    assert seen([Example(0, text, pair, "x") for text, pair in texts]).constant == constant


def test_a_sample_is_drawn_evenly_and_keeps_the_order() -> None:
    rows = [Example(row, f"제목 {row}" if row % 10 else " ", None, "가") for row in range(1, 5001)]
    sample = [example.row for example in seen(rows, sample_rows=500).sample]
    assert sample == sorted(set(sample))
    assert len(sample) == 500
    assert not [row for row in sample if row % 10 == 0], "rows without text show nothing"
    # A tenth of the rows has 50 of the sample, 6.7 more or less.
    tenths = Counter((row - 1) // 500 for row in sample)
    assert all(25 <= tenths[tenth] <= 75 for tenth in range(10)), tenths
    assert sample == [example.row for example in seen(rows, sample_rows=500).sample]
    assert [example.row for example in seen(rows[:9], sample_rows=500).sample] == list(range(1, 10))


@pytest.mark.parametrize(
    ("tags", "fault"),
    [
        (["O", "B-PS", "I-PS", "B-LC"], None), ([], None), (["O"], TAGS_LENGTH), (["B-PS", "I-LC"], TAG_JUMP),
        (["I-PS", "O"], TAG_JUMP), (["O", "I-PS"], TAG_JUMP), (["O", ""], TAG_FORM), (["O", "B-"], TAG_FORM),
        (["O", "PS"], TAG_FORM), (["E-PS", "I-LC"], TAG_FORM), (["0", "O"], TAG_FORM), (["o", "O"], TAG_FORM),
    ],
)  # fmt: skip
def test_tags(tags: list[str], fault: str | None) -> None:
    tokens = ["가"] * (len(tags) + (fault == TAGS_LENGTH))
    found = [item.fault for item in tag_faults(TaggedExample(0, "가", None, None, tokens=tokens, tags=tags))]
    assert found == ([fault] if fault else [])


@pytest.mark.parametrize("tags", [["O"], ["O", "B_PS"], ["O", "I-PS"]], ids=["length", "form", "jump"])
def test_a_sentence_is_called_by_its_name_where_it_has_one(tags: list[str]) -> None:
    named, nameless = (
        TaggedExample(7, "가나", None, None, tokens=["가", "나"], tags=tags, id=name)
        for name in ("ner-7", "")
    )
    (found,), (without,) = tag_faults(named), tag_faults(nameless)
    assert "`ner-7`" in found.shown
    assert "`ner-7`" in found.shown.ko
    assert "``" not in without.shown
    assert "``" not in without.shown.ko


def test_spans_cover_what_is_tagged_once() -> None:
    chance = random.Random(2)
    for _ in range(300):
        tags = chance.choices(["O", "B-가", "I-가", "B-나", "I-나"], k=8)
        found = list(spans(tags))
        assert [at for start, end, _ in found for at in range(start, end)] == [
            at for at, tag in enumerate(tags) if tag != "O"
        ]
        assert all(tags[at] == f"I-{kind}" for start, end, kind in found for at in range(start + 1, end))
        assert sum(tag[0] == "B" for tag in tags) <= len(found)
        assert all(map(is_bio, tags))


def relation(subject: Entity, object_: Entity) -> list[str]:
    example = RelationExample(1, "이순신은 한산도에서", None, "가", subject=subject, object=object_)
    return [item.fault for item in entity_faults(example)]


@pytest.mark.parametrize(
    ("first", "second", "faults"),
    [
        ((0, 3, "이순신"), (5, 8, "한산도"), []), ((0, 3, None), (0, 3, None), []),
        ((0, 3, None), (1, 2, None), []), ((0, 3, None), (2, 5, None), [ENTITIES_CROSS]),
        ((0, 3, None), (3, 5, None), []), ((0, 2, "이순신"), (5, 8, "한산도"), [ENTITY_MISMATCH]),
        ((0, 3, None), (5, 99, None), [ENTITY_OUTSIDE]), ((-1, 3, None), (5, 8, None), [ENTITY_OUTSIDE]),
        ((3, 3, None), (8, 5, None), [ENTITY_OUTSIDE] * 2),
    ],
)  # fmt: skip
def test_mentions(first: tuple[int, int, str], second: tuple[int, int, str], faults: list[str]) -> None:
    one, other = (Entity(start, end, "X", word) for start, end, word in (first, second))
    assert relation(one, other) == faults
    assert relation(other, one) == faults


def test_a_row_counts_once_however_many_mentions_are_wrong() -> None:
    wrong = [Entity(0, 2, "X", "순신"), Entity(4, 6, "X", "산도")]
    rows = [
        RelationExample(row, "이순신 한산도", None, "가", subject=wrong[0], object=wrong[1]) for row in (3, 8)
    ]
    tally = seen([*rows]).tallies[ENTITY_MISMATCH]
    assert (tally.count, tally.rows) == (2, [3, 8])


def test_rows_are_grouped_by_what_is_wrong_with_them() -> None:
    places = [(500, 502), (2, 1), (600, 601), (-1, 2)]
    rows = [
        RelationExample(row, "이순신 한산도", None, "가", subject=Entity(*place), object=Entity(4, 7))
        for row, place in enumerate(places, start=1)
    ]
    tally = seen([*rows]).tallies[ENTITY_OUTSIDE]
    assert [(item.count, item.rows) for item in tally.kinds.values()] == [(2, [1, 3]), (1, [2]), (1, [4])]
    notes = tally.notes("a.csv")
    assert [note.partition(":")[0] for note in notes] == [
        f"row {rows} of a.csv" for rows in ("1, 3", "2", "4")
    ]
    assert ["500-501" in note for note in notes] == [True, False, False]
    assert "to end before that, at 0" in notes[1]
    assert "begin at -1" in notes[2]


def test_kinds_without_end_are_not_all_kept() -> None:
    rows = [TaggedExample(row, "가", None, None, tokens=["가"], tags=[f"X{row}"]) for row in range(1, 100)]
    tally = seen([*rows]).tallies[TAG_FORM]
    assert tally.count == 99
    assert len(tally.notes("a.csv")) == 5


def test_rows_that_cannot_be_used_are_counted_beside_the_others() -> None:
    odd = [CellFault(Kind.columns, "a.csv", row, Text(f"`{name}` holds a list", "목록"), None)
           for row, name in ((2, "a"), (4, "b"), (6, "a"))]  # fmt: skip
    rows = [odd[0], Example(3, "가", None, "x"), odd[1], Example(5, "가", None, "x"), odd[2]]
    found = survey("train", "a.csv", [Example(1, "나", None, "x"), *rows], complete=True, sample_rows=9)
    counted = [(str(fault.what), tally.rows) for fault, tally in found.odd_cells.values()]
    assert counted == [("`a` holds a list", [2, 6]), ("`b` holds a list", [4])]
    assert (found.rows, found.usable, found.sampled, found.complete) == (6, 3, False, False)
    assert found.labels == {"x": 3}
    assert found.texts.repeated() == [4], "the index is that of the file"
    assert [example.row for example in found.sample] == [1, 3, 5]


def test_scores_beyond_the_scale_are_counted_and_shown() -> None:
    scores = [5, 5.7, -1, "0", "50", 2.5, None, "x", 6, 7, 8]
    rows = [Example(row, "가", None, score) for row, score in enumerate(scores, start=1)]
    found = survey("train", "a.csv", rows, complete=True, sample_rows=0, scale=(0, 5))
    tally = found.tallies[BEYOND_SCALE]
    assert (tally.count, tally.rows) == (6, [2, 3, 5, 9, 10])
    assert tally.shown == "`5.7`, `-1`, `50`, `6`, `7`"
    assert not seen([*rows]).count(BEYOND_SCALE)


def question(context: str, *answers: tuple[int, str], impossible: bool = False) -> list[str]:
    given = tuple(Answer(start, text) for start, text in answers)
    example = QuestionExample(1, "?", context, None, id="가", answers=given, is_impossible=impossible)
    return [item.fault for item in answer_faults(example)]


@pytest.mark.parametrize(
    ("answers", "impossible", "faults"),
    [
        ([(2, "다")], False, []), ([], True, []), ([], False, [ANSWER_MISSING]),
        ([(2, "다")], True, [ANSWER_UNWANTED]), ([(2, " ")], False, [ANSWER_EMPTY]),
        ([(3, "다")], False, [ANSWER_MISMATCH]), ([(-1, "라")], False, [ANSWER_MISMATCH]),
        ([(2, "다"), (99, "라")], False, [ANSWER_MISMATCH]),
    ],
)  # fmt: skip
def test_answers(answers: list[tuple[int, str]], impossible: bool, faults: list[str]) -> None:
    assert question("가나다라", *answers, impossible=impossible) == faults


def test_the_nearest_place_of_an_answer() -> None:
    chance = random.Random(4)
    for _ in range(500):
        context = "".join(chance.choices("가나", k=12))
        answer = Answer(chance.randrange(-3, 16), "".join(chance.choices("가나", k=2)))
        places_ = [at for at in range(11) if context[at : at + 2] == answer.text]
        found = nearest_offset(answer, context)
        if found is None:
            assert not places_
        else:
            assert found in places_
            assert abs(found - answer.start) == min(abs(at - answer.start) for at in places_)


MEMORY = """
import sys, tracemalloc
from pathlib import Path
from haechi.rows.splits import SplitStream
from haechi.rows.survey import survey
from haechi.schema.task import Columns, Objective, TaskConfig
columns = Columns(text="text", label="label")
task = TaskConfig(name="files", objective=Objective.classification, columns=columns)
path = Path(sys.argv[1])
tracemalloc.start()
stream = SplitStream(task, "train", path)
found = survey("train", str(path), stream, complete=stream.complete, sample_rows=2000)
print(found.rows, len(found.texts.repeated()), tracemalloc.get_traced_memory()[1])
"""


@pytest.mark.slow
def test_a_long_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        for number in range(300_000):
            file.write(
                f"한국은행이 기준금리를 동결했다는 소식 {number % 299_990} 그리고 여러 가지,{number % 7}\n"
            )
    command = [sys.executable, "-c", MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=places.ROOT / "src", check=True)
    rows, repeated, peak = map(int, done.stdout.split())
    assert (rows, repeated) == (300_000, 10)
    assert peak < 60e6


def test_labels_without_end_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haechi.rows.survey.MOST_LABELS", 50)
    found = seen([Example(row, f"제목 {row}", None, f"{row / 7}") for row in range(1000)])
    assert len(found.labels) == len(found.label_rows) == 50
    assert found.numbers == 1000
    json.dumps(found.labels)
