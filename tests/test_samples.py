"""The embedded data keep what their data cards say."""

import json
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import pytest

from haechi import places

SPLITS = ("train", "validation", "test")
TOPICS = {"IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"}
CLASSES = ("entailment", "neutral", "contradiction")
TEXTS = {"topic": ("title",), "sts": ("sentence1", "sentence2"), "nli": ("premise", "hypothesis")}
# Two texts that are not of one pair have less than this of their trigrams in common.
NEAR = {"topic": 0.18, "sts": 0.25, "nli": 0.25}
NEGATION = re.compile(r"지는? ?(않|못|말)|없|아니|\b(안|못) ")


def rows(task: str, *splits: str) -> list[dict[str, Any]]:
    """Rows of some splits, of all when none is named."""
    files = [places.SAMPLES / task / f"{split}.jsonl" for split in splits or SPLITS]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def card(task: str) -> str:
    """The data card, its lines joined."""
    return " ".join((places.SAMPLES / task / "README.md").read_text(encoding="utf-8").split())


def texts(task: str) -> Iterator[tuple[str, str]]:
    """Each text with the name of its column."""
    for row in rows(task):
        yield from ((column, row[column]) for column in TEXTS[task])


def grams(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("task", TEXTS)
def test_texts_are_composed_and_of_the_length_that_the_card_says(task: str) -> None:
    measured: dict[str, list[int]] = {}
    for column, text in texts(task):
        assert unicodedata.is_normalized("NFC", text)
        assert text == " ".join(text.split())
        measured.setdefault("sentence" if task == "sts" else column, []).append(len(text))
    for lengths in measured.values():
        stated = f"{min(lengths)} to {max(lengths)} characters, median {statistics.median_low(lengths)}"
        assert stated in card(task)


@pytest.mark.parametrize("task", TEXTS)
def test_no_text_comes_near_one_of_another_row(task: str) -> None:
    found = [
        (row.get("premise", index), row[column], grams(row[column], 3))
        for index, row in enumerate(rows(task))
        for column in TEXTS[task]
    ]
    for (row, text, mine), (another, other, theirs) in combinations(found, 2):
        assert row == another or jaccard(mine, theirs) < NEAR[task], (text, other)


@pytest.mark.parametrize("task", TEXTS)
def test_no_text_is_in_two_splits(task: str) -> None:
    held = [{row[column] for row in rows(task, split) for column in TEXTS[task]} for split in SPLITS]
    for one, other in combinations(held, 2):
        assert not one & other


def test_headlines_are_balanced_and_as_many_as_the_card_says() -> None:
    for split, each in (("train", 125), ("validation", 20), ("test", 20)):
        assert Counter(row["label"] for row in rows("topic", split)) == dict.fromkeys(TOPICS, each)


def test_scores_spread_evenly_over_the_scale() -> None:
    for split, each in (("train", 36), ("validation", 9), ("test", 9)):
        scores = [row["label"] for row in rows("sts", split)]
        assert all(0 <= score <= 5 and round(score, 1) == score for score in scores)
        assert Counter(min(int(score), 4) for score in scores) == dict.fromkeys(range(5), each)
    assert len({row["label"] for row in rows("sts")}) == 51


def test_sentences_are_of_one_pair_only_and_two_that_differ() -> None:
    assert max(Counter(text for _, text in texts("sts")).values()) == 1


def test_shared_characters_tell_little_of_the_score() -> None:
    scores = [row["label"] for row in rows("sts")]
    shared = [jaccard(grams(row["sentence1"], 2), grams(row["sentence2"], 2)) for row in rows("sts")]
    correlation = statistics.correlation(scores, shared)
    assert correlation < 0.4
    assert f"correlates with the score at {correlation:.2f}" in card("sts")
    assert any(score < 1 and overlap > 0.5 for score, overlap in zip(scores, shared, strict=True))
    assert any(score >= 4 and overlap < 0.05 for score, overlap in zip(scores, shared, strict=True))


def test_each_premise_has_one_hypothesis_of_each_class() -> None:
    for split, each in (("train", 64), ("validation", 16), ("test", 16)):
        classes: dict[str, list[str]] = {}
        for row in rows("nli", split):
            classes.setdefault(row["premise"], []).append(row["label"])
        assert len(classes) == each
        assert all(sorted(labels) == sorted(CLASSES) for labels in classes.values())


def test_hypotheses_are_all_different() -> None:
    assert max(Counter(row["hypothesis"] for row in rows("nli")).values()) == 1


def test_negation_stands_in_hypotheses_of_every_class() -> None:
    negated = Counter(row["label"] for row in rows("nli") if NEGATION.search(row["hypothesis"]))
    counts = [negated[label] for label in CLASSES]
    assert max(counts) - min(counts) <= 10
    assert "in {} of the entailments, {} of the neutral and {} of the contradictions".format(*counts) in card(
        "nli"
    )


def test_hypotheses_alone_do_not_tell_the_class() -> None:
    share = guessed(rows("nli", "train"), rows("nli", "validation", "test"))
    assert share < 0.45
    assert f"right in {share:.0%}" in card("nli")


def test_neutral_hypotheses_share_nearly_as_much_with_their_premise() -> None:
    shares: dict[str, list[float]] = {label: [] for label in CLASSES}
    for row in rows("nli"):
        mine = grams(row["hypothesis"], 2)
        shares[row["label"]].append(len(mine & grams(row["premise"], 2)) / len(mine))
    entailed, neutral, contradicted = (statistics.mean(shares[label]) for label in CLASSES)
    assert f"{neutral:.0%} of theirs against {entailed:.0%}" in card("nli")
    assert abs(entailed - contradicted) < 0.02
    assert entailed - neutral < 0.1


def guessed(seen: Sequence[dict[str, Any]], unseen: Sequence[dict[str, Any]]) -> float:
    """Share of the classes that naive Bayes gets right from the character bigrams of the hypotheses."""
    held: dict[str, Counter[str]] = {label: Counter() for label in CLASSES}
    for row in seen:
        held[row["label"]].update(grams(row["hypothesis"], 2))
    known = len(set().union(*held.values()))

    def likely(label: str, text: str) -> float:
        total = held[label].total() + known
        return math.fsum(math.log((held[label][gram] + 1) / total) for gram in grams(text, 2))

    right = [
        max(CLASSES, key=lambda label: likely(label, row["hypothesis"])) == row["label"] for row in unseen
    ]
    return statistics.mean(right)
