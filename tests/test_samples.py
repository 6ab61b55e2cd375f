"""The embedded headlines keep what their data card says."""

import json
import unicodedata
from collections import Counter

from haechi import places

FOLDER = places.SAMPLES / "topic"
LABELS = {"IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"}


def titles(split: str) -> list[tuple[str, str]]:
    lines = (FOLDER / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["title"], row["label"]) for row in map(json.loads, lines)]


def trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def test_splits_are_balanced_and_as_large_as_the_card_says() -> None:
    for split, each in (("train", 125), ("validation", 20), ("test", 20)):
        assert Counter(label for _, label in titles(split)) == dict.fromkeys(LABELS, each)


def test_no_headline_comes_near_another_of_any_split() -> None:
    rows = [
        (title, trigrams(title)) for split in ("train", "validation", "test") for title, _ in titles(split)
    ]
    for index, (title, mine) in enumerate(rows):
        for other, theirs in rows[:index]:
            assert len(mine & theirs) / len(mine | theirs) < 0.18, (title, other)


def test_headlines_are_composed_and_of_the_length_of_headlines() -> None:
    for split in ("train", "validation", "test"):
        for title, _ in titles(split):
            assert unicodedata.is_normalized("NFC", title)
            assert 8 <= len(title) <= 45
            assert title == " ".join(title.split())
