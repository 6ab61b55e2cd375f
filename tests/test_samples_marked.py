"""The embedded data with marked spans keep what their data cards say: relations, entities, questions."""

import json
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import Any

import pytest

from haechi import places
from haechi.rows.tags import is_bio, spans
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import encode_windows
from judging import verdict_of

Rows = list[dict[str, Any]]
SPLITS = ("train", "validation", "test")
RELATIONS = {
    "org:founded": ("ORG", "DAT"),
    "org:place_of_headquarters": ("ORG", "LOC"),
    "org:top_members/employees": ("ORG", "PER"),
    "per:date_of_birth": ("PER", "DAT"),
    "per:employee_of": ("PER", "ORG"),
    "per:spouse": ("PER", "PER"),
    "per:title": ("PER", "POH"),
}
NO_RELATION = "no_relation"
ENTITIES = {"PS", "LC", "OG", "DT", "TI", "QT"}
ROLES = ("subject_entity", "object_entity")


def rows(task: str, *splits: str) -> Rows:
    """Rows of some splits, of all when none is named."""
    files = [places.SAMPLES / task / f"{split}.jsonl" for split in splits or SPLITS]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def card(task: str) -> str:
    """The data card, its lines joined."""
    return " ".join((places.SAMPLES / task / "README.md").read_text(encoding="utf-8").split())


def text(row: dict[str, Any]) -> str:
    """What the spans of a row are marked in."""
    return row.get("sentence") or row.get("context") or "".join(row["tokens"])


def trigrams(string: str) -> set[str]:
    return {string[at : at + 3] for at in range(len(string) - 2)}


def bigrams(string: str) -> set[str]:
    packed = "".join(string.split())
    return {packed[at : at + 2] for at in range(len(packed) - 1)}


def stated(lengths: Iterable[int], unit: str = "") -> str:
    """Lengths in the words of a card."""
    known = sorted(lengths)
    return f"{known[0]} to {known[-1]}{unit}, median {statistics.median_low(known)}"


@pytest.mark.parametrize(("task", "near"), [("re", 0.21), ("ner", 0.181), ("mrc", 0.1)])
def test_no_text_is_in_two_splits_or_near_another(task: str, near: float) -> None:
    held = {split: {text(row) for row in rows(task, split)} for split in SPLITS}
    for one, other in combinations(SPLITS, 2):
        assert not held[one] & held[other]
    known = [(each, trigrams(each)) for texts in held.values() for each in texts]
    for (one, mine), (other, theirs) in combinations(known, 2):
        assert len(mine & theirs) / len(mine | theirs) < near, (one, other)


@pytest.mark.parametrize("task", ["re", "ner", "mrc"])
def test_texts_are_composed_and_evenly_spaced(task: str) -> None:
    for row in rows(task):
        assert unicodedata.is_normalized("NFC", json.dumps(row, ensure_ascii=False))
        assert all(line == " ".join(line.split()) for line in text(row).split("\n"))


@pytest.mark.parametrize("task", ["re", "ner", "mrc"])
def test_the_tiny_model_can_be_trained_on_them_without_a_warning(task: str) -> None:
    found = verdict_of([f"task=sample_{task}", "preflight.sample_rows=0"]).diagnostics
    assert [item.as_text() for item in found if item.severity.value != "note"] == []


def test_texts_are_as_many_and_as_long_as_the_card_says() -> None:
    for task in ("re", "ner", "mrc"):
        lengths = {text(row): len(text(row)) for row in rows(task)}
        counts = "{} train, {} validation, {} test".format(*(len(rows(task, split)) for split in SPLITS))
        assert stated(lengths.values(), " characters") in card(task)
        assert counts in card(task)


def test_mentions_stand_where_the_row_says() -> None:
    for row in rows("re"):
        subject, object_ = (range(row[role]["start_idx"], row[role]["end_idx"] + 1) for role in ROLES)
        assert not set(subject) & set(object_)
        for role, place in zip(ROLES, (subject, object_), strict=True):
            assert row["sentence"][place.start : place.stop] == row[role]["word"]
            assert row[role]["word"] == row[role]["word"].strip()


def test_every_class_is_in_every_split_with_its_types_of_mentions() -> None:
    for split, none, each in (("train", 62, 19), ("validation", 14, 4), ("test", 14, 4)):
        counts = Counter(row["label"] for row in rows("re", split))
        assert counts == {NO_RELATION: none, **dict.fromkeys(RELATIONS, each)}
        assert max(counts, key=counts.__getitem__) == NO_RELATION
        assert none <= 0.35 * counts.total()
    for row in rows("re"):
        types = tuple(row[role]["type"] for role in ROLES)
        assert types == RELATIONS.get(row["label"], types)
        assert types[0] in {"PER", "ORG"}


def test_each_pair_of_types_is_also_without_a_relation() -> None:
    unrelated = {
        tuple(row[role]["type"] for role in ROLES) for row in rows("re") if row["label"] == NO_RELATION
    }
    assert set(RELATIONS.values()) < unrelated


def test_types_alone_are_right_as_often_as_the_card_says() -> None:
    seen: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in rows("re", "train"):
        seen[tuple(row[role]["type"] for role in ROLES)][row["label"]] += 1
    commonest = {types: labels.most_common(1)[0][0] for types, labels in seen.items()}
    test = rows("re", "test")
    guesses = [commonest.get(tuple(row[role]["type"] for role in ROLES), NO_RELATION) for row in test]
    labels = [row["label"] for row in test]
    right = [guess == label for guess, label in zip(guesses, labels, strict=True)]
    related = sum(guess == label != NO_RELATION for guess, label in zip(guesses, labels, strict=True))
    claimed = sum(name != NO_RELATION for name in [*guesses, *labels])
    assert f"{statistics.mean(right):.0%} of the test rows" in card("re")
    assert f"micro F1 of {2 * related / claimed:.2f}" in card("re")


def test_half_of_the_mentions_in_the_test_rows_are_new() -> None:
    known, met = ({row[role]["word"] for row in rows("re", split) for role in ROLES} for split in SPLITS[::2])
    assert f"Of the {len(met)} different mentions in the test rows {len(met & known)} are" in card("re")


def test_every_pair_of_mentions_stands_once() -> None:
    pairs = [json.dumps([row["sentence"], *(row[role] for role in ROLES)]) for row in rows("re")]
    assert len(set(pairs)) == len(pairs)
    assert sum(count > 1 for count in Counter(row["sentence"] for row in rows("re")).values()) == 10


def test_every_character_has_one_tag() -> None:
    for row in rows("ner"):
        assert all(len(token) == 1 for token in row["tokens"])
        assert len(row["tokens"]) == len(row["ner_tags"])


def test_tags_begin_and_go_on_in_order() -> None:
    for row in rows("ner"):
        before = "O"
        for tag in row["ner_tags"]:
            assert is_bio(tag)
            assert tag == "O" or tag[2:] in ENTITIES
            assert tag[0] != "I" or before[2:] == tag[2:]
            before = tag


def entities(chosen: Rows) -> Iterator[tuple[str, str]]:
    """Words and types of the entities of some rows."""
    for row in chosen:
        for start, stop, kind in spans(row["ner_tags"]):
            yield "".join(row["tokens"][start:stop]), kind


def test_every_type_is_in_every_split_and_as_often_as_the_card_says() -> None:
    for split, empty in (("train", 22), ("validation", 5), ("test", 5)):
        assert {kind for _, kind in entities(rows("ner", split))} == ENTITIES
        assert sum(set(row["ner_tags"]) == {"O"} for row in rows("ner", split)) == empty
    counts = Counter(kind for _, kind in entities(rows("ner")))
    listed = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    assert f"{counts.total()}: {listed}" in card("ner")


def test_no_entity_ends_at_a_space_or_a_sign() -> None:
    for word, _ in entities(rows("ner")):
        assert word[0].isalnum()
        assert word[-1].isalnum() or word[-1] == "%"


def test_entities_of_the_test_rows_are_mostly_new() -> None:
    known = set(entities(rows("ner", "train")))
    test = list(entities(rows("ner", "test")))
    assert f"Of the {len(test)} entities of the test rows {sum(item in known for item in test)} are" in card(
        "ner"
    )


def test_looking_entities_up_finds_as_few_as_the_card_says() -> None:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for word, kind in entities(rows("ner", "train")):
        kinds[word][kind] += 1
    known = re.compile("|".join(map(re.escape, sorted(kinds, key=len, reverse=True))))
    right = claimed = 0
    for row in rows("ner", "test"):
        true = set(spans(row["ner_tags"]))
        found = {(*item.span(), kinds[item[0]].most_common(1)[0][0]) for item in known.finditer(text(row))}
        right, claimed = right + len(true & found), claimed + len(true) + len(found)
    outside = statistics.mean(tag == "O" for row in rows("ner") for tag in row["ner_tags"])
    assert f"gives an entity F1 of {2 * right / claimed:.2f}. {outside:.0%} of the characters" in card("ner")


def answered() -> Iterator[tuple[dict[str, Any], list[tuple[int, str]]]]:
    """Questions that have an answer, with where their answers begin."""
    for row in rows("mrc"):
        if not row["is_impossible"]:
            yield row, list(zip(row["answers"]["answer_start"], row["answers"]["text"], strict=True))


def test_answers_stand_where_the_row_says() -> None:
    for row, answers in answered():
        assert answers
        for start, answer in answers:
            assert row["context"][start : start + len(answer)] == answer == answer.strip()
            # An answer that began within a word or a number would be another place of the same letters.
            assert start == 0 or not row["context"][start - 1].isalnum()


def test_a_fifth_of_the_questions_has_no_answer() -> None:
    for split, count in (("train", 43), ("validation", 9), ("test", 9)):
        impossible = [row for row in rows("mrc", split) if row["is_impossible"]]
        assert all(row["answers"] == {"text": [], "answer_start": []} for row in impossible)
        assert len(impossible) == count
        assert 0.18 <= count / len(rows("mrc", split)) <= 0.21


def test_passages_and_questions_are_as_many_and_as_long_as_the_card_says() -> None:
    passages = [len({row["context"] for row in rows("mrc", split)}) for split in SPLITS]
    assert "to {}, {} and {} passages".format(*passages) in card("mrc")
    assert f"questions {stated(len(row['question']) for row in rows('mrc'))}" in card("mrc")
    assert f"first answers {stated(len(answers[0][1]) for _, answers in answered())}" in card("mrc")
    assert f"{sum(len(answers) > 1 for _, answers in answered())} questions have another answer" in card(
        "mrc"
    )


def test_some_answers_stand_elsewhere_in_the_passage_too() -> None:
    often = sum(row["context"].count(answers[0][1]) > 1 for row, answers in answered())
    assert f"The first answer of {often} questions stands more than once" in card("mrc")


def test_shared_characters_seldom_lead_to_the_answer() -> None:
    right = []
    for row, answers in answered():
        asked = bigrams(row["question"])
        ends = [found.end() for found in re.finditer(r'(?<=[.?!"])\s|\n|$', row["context"])]
        places_ = list(pairwise([0, *ends]))
        shared = [bigrams(row["context"][start:end]) for start, end in places_]
        best = max(range(len(places_)), key=lambda at: len(asked & shared[at]) / len(asked | shared[at]))
        right.append(any(places_[best][0] <= start < places_[best][1] for start, _ in answers))
    assert statistics.mean(right) < 0.5
    assert f"holds the answer to {statistics.mean(right):.0%} of those" in card("mrc")


def test_passages_are_read_in_several_windows(tokenizer: RuntimeTokenizer) -> None:
    train = rows("mrc", "train")
    windows = encode_windows(
        tokenizer, [row["question"] for row in train], [row["context"] for row in train], 128, 48
    )
    assert {len(found) for found in windows} == set(range(4, 9))
    sizes = [len(item) for item in tokenizer.backend.encode_batch([text(row) for row in rows("mrc")])]
    assert f"{min(sizes) - 2} to {max(sizes) - 2} tokens" in card("mrc")


def test_ids_and_questions_are_all_different() -> None:
    for name in ("id", "question"):
        values = [row[name] for row in rows("mrc")]
        assert len(set(values)) == len(values)


def test_questions_without_an_answer_share_as_much_with_the_passage() -> None:
    shares: dict[bool, list[float]] = {True: [], False: []}
    for row in rows("mrc"):
        asked = bigrams(row["question"])
        shares[row["is_impossible"]].append(len(asked & bigrams(row["context"])) / len(asked))
    unanswered, others = (statistics.mean(shares[known]) for known in (True, False))
    assert unanswered > others
    assert f"({unanswered:.0%}) than the others do ({others:.0%})" in card("mrc")
