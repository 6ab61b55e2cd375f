"""Token counts of rows, each made another way."""

import random
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from haechi.preflight.token_counts import (
    BLURRED_TAGS,
    CUT_QUESTION,
    CUT_TAGS,
    LOST_ANSWER,
    LOST_CHARACTERS,
    LOST_ENTITY,
    TokenCounts,
)
from haechi.preflight.tokens import count_tokens
from haechi.rows.examples import Answer, Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.tags import spans
from haechi.schema.task import Markers, Objective, TaskConfig
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.markers import mark, marker_tokens
from haechi.tokenization.new_tokens import add_tokens
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import answer_tokens, encode_windows

WORDS = [
    "한국은행",
    "기준금리",
    "동결",
    "코스피",
    "하락",
    "마감",
    "abc",
    "매진",
    "國會",
    "예산안",
    "처리",
    "ㅋㅋ",
    "12%",
]


def task(objective: Objective, **more: object) -> TaskConfig:
    return TaskConfig(name="files", objective=objective, **more)  # type: ignore[arg-type]


def texts(count: int, longest: int) -> list[str]:
    chance = random.Random(8)
    return [" ".join(chance.choices(WORDS, k=chance.randrange(1, longest))) for _ in range(count)]


def test_lengths_words_and_letters(tokenizer: RuntimeTokenizer) -> None:
    rows = texts(2500, 20)
    found = count_tokens(
        [Example(0, text, None, "x") for text in rows], tokenizer, task(Objective.classification), 128
    )
    ids = [tokenizer.backend.encode(text).ids for text in rows]
    joined = " ".join(rows)
    unk = tokenizer.id("unk")
    assert found.rows == 2500
    assert found.lengths == Counter(map(len, ids))
    assert found.tokens == sum(len(item) - 2 for item in ids)
    assert found.unknown == sum(item.count(unk) for item in ids if unk is not None)
    assert found.words == len(joined.split())
    assert found.characters == len("".join(joined.split()))
    assert found.letters == sum(letter.isalpha() for letter in joined)
    assert found.hangul == sum("가" <= letter <= "힣" or letter == "ㅋ" for letter in joined)


def test_percentiles_are_nearest_ranks() -> None:
    chance = random.Random(9)
    for size in (1, 2, 19, 100, 1000):
        lengths = [chance.randrange(3, 200) for _ in range(size)]
        counts = TokenCounts(lengths=Counter(lengths))
        for share in (0.5, 0.95, 0.99, 1.0):
            assert counts.percentile(share) == np.quantile(lengths, share, method="inverted_cdf")
        assert counts.percentile(0.5) == statistics.median_low(lengths)
        assert counts.longer_than(100) == sum(length > 100 for length in lengths)


@pytest.mark.parametrize("markers", [Markers.untyped, Markers.punctuation])
def test_lost_entities(tokenizer: RuntimeTokenizer, markers: Markers) -> None:
    extended = add_tokens(tokenizer, [], marker_tokens(markers, ((), ())), NewTokens.auto)[0]
    chance = random.Random(10)
    rows = []
    for number, text in enumerate(texts(300, 60), start=1):
        starts = [text.index(word) for word in text.split()]
        subject, object_ = (chance.choice(starts) for _ in range(2))
        rows.append(
            RelationExample(
                number,
                text,
                None,
                "x",
                subject=Entity(subject, subject + 1, "PER"),
                object=Entity(object_, object_ + 1, "LOC"),
            )
        )
    found = count_tokens(rows, extended, task(Objective.relation, markers=markers), 48)
    lost = []
    for row in rows:
        marked = mark(row, markers)
        assert marked is not None
        (encoding,) = extended.encode_with_offsets([marked.text], 48)
        # Without its closing special token, a cut row reaches up to here.
        reach = max(end for _, end in encoding.offsets)
        if reach < max(marked.ends):
            lost.append(row.row)
    assert 0 < len(lost) < 300
    assert found.tallies[LOST_ENTITY].count == len(lost)
    assert found.tallies[LOST_ENTITY].rows == lost[:5]
    assert sum(count for length, count in found.needed.items() if length > 48) == len(lost)


def test_tags_that_are_cut_lost_and_blurred(tokenizer: RuntimeTokenizer) -> None:
    chance = random.Random(11)
    rows = []
    for number, text in enumerate(texts(200, 40), start=1):
        text = text.replace("abc", "\u200b")
        tags = chance.choices(["O", "O", "O", "B-LC"], k=len(text))
        tags = [
            "I-LC" if before == "B-LC" and tag == "O" else tag
            for before, tag in zip(["O", *tags], tags, strict=False)
        ]
        rows.append(TaggedExample(number, text, None, None, tokens=list(text), tags=tags))
    found = count_tokens(rows, tokenizer, task(Objective.token_classification), 32)
    lost = blurred = cut = entities = whole = 0
    faulty = {LOST_CHARACTERS: 0, BLURRED_TAGS: 0, CUT_TAGS: 0}
    for row in rows:
        text = row.text or ""
        (encoding,) = tokenizer.encode_whole_with_offsets([text])
        (short,) = tokenizer.encode_with_offsets([text], 32)
        lost += text.count("\u200b")
        faulty[LOST_CHARACTERS] += "\u200b" in text
        mixed = [
            at
            for start, end in encoding.offsets
            for at in range(start + 1, end)
            if text[at] != "\u200b" and row.tags[at] != row.tags[start].replace("B-", "I-")
        ]
        blurred += len(mixed)
        faulty[BLURRED_TAGS] += bool(mixed)
        reach = max(end for _, end in short.offsets)
        if len(encoding.ids) > 32:
            rest = len("".join(text[reach:].split()))
            cut += rest
            faulty[CUT_TAGS] += bool(rest)
            whole += sum(end > reach for _, end, _ in spans(row.tags))
        entities += row.tags.count("B-LC")
    assert found.lost_tokens == lost > 0
    assert found.blurred_tokens == blurred > 0
    assert found.cut_tokens == cut > 0
    assert found.cut_entities == whole > 0
    assert found.entities == entities
    assert {name: found.tallies[name].count for name in faulty} == faulty
    assert found.source_tokens == sum(len("".join((row.text or "").split())) for row in rows)


@pytest.mark.parametrize("doc_stride", [0, 8, 24])
def test_answers_that_no_window_holds(tokenizer: RuntimeTokenizer, doc_stride: int) -> None:
    chance = random.Random(12)
    rows = []
    questions = texts(120, 80)
    for number, (question, context) in enumerate(zip(questions, texts(120, 200), strict=True), start=1):
        start = chance.randrange(len(context))
        answer = Answer(start, context[start : start + chance.randrange(1, 120)])
        impossible = number % 10 == 0
        rows.append(
            QuestionExample(
                number, question, context, None, id=str(number), answers=(answer,), is_impossible=impossible
            )
        )
    found = count_tokens(rows, tokenizer, task(Objective.span, doc_stride=doc_stride), 100)
    lost = []
    for row in rows:
        answer = row.answers[0]
        text = answer.text.strip()
        if row.is_impossible or not text:
            continue
        at = answer.start + answer.text.index(text)
        (windows,) = encode_windows(tokenizer, [row.text or ""], [row.text_pair or ""], 100, doc_stride)
        if not any(answer_tokens(window, at, at + len(text)) for window in windows):
            lost.append(row.row)
    assert 0 < len(lost) < 100
    assert found.tallies[LOST_ANSWER].rows == lost[:5]
    assert found.tallies[LOST_ANSWER].count == len(lost)
    lengths = [len(tokenizer.backend.encode(text, add_special_tokens=False).ids) for text in questions]
    assert found.tallies[CUT_QUESTION].count == sum(length > 64 for length in lengths) > 0


def test_faulty_rows_are_passed_over(tokenizer: RuntimeTokenizer) -> None:
    wrong = [Answer(-3, "가"), Answer(900, "가"), Answer(0, " ")]
    rows = [
        QuestionExample(0, "무엇", "동결", None, id="", answers=(item,), is_impossible=False)
        for item in wrong
    ]
    found = count_tokens(rows, tokenizer, task(Objective.span, doc_stride=8), 100)
    assert (found.rows, found.answered, found.tallies[LOST_ANSWER].count) == (3, 0, 0)
    tagged = TaggedExample(0, "가", None, None, tokens=["가"], tags=[])
    assert count_tokens([tagged], tokenizer, task(Objective.token_classification), 100).source_tokens == 0


def test_a_window_without_room_is_not_made(tokenizer: RuntimeTokenizer, tmp_path: Path) -> None:
    row = QuestionExample(0, "무엇", "동결", None, id="", answers=(Answer(0, "동결"),), is_impossible=False)
    assert count_tokens([row], tokenizer, task(Objective.span, doc_stride=128), 128).windows == 0
