"""Slips: labels that a reader takes for one and the same, and a program for two."""

import unicodedata

import pytest

from haechi.rows.slips import CASE, FORM, SEVERAL, SPACES, meant, ways
from haechi.text import Text

DECOMPOSED = unicodedata.normalize("NFD", "경제")


@pytest.mark.parametrize(
    ("label", "known", "how"),
    [
        ("neutral ", "neutral", SPACES), (" neutral", "neutral", SPACES),
        ("neutral\u00a0", "neutral", SPACES),
        ("neutral\u200b", "neutral", SPACES), ("\ufeffneutral", "neutral", SPACES),
        ("neutral\n", "neutral", SPACES), ("경 제", "경제", SPACES), ("B-PS ", "B-PS", SPACES),
        ("Neutral", "neutral", CASE), (DECOMPOSED, "경제", FORM), ("Neutral ", "neutral", SEVERAL),
        (DECOMPOSED + " ", "경제", SEVERAL),
    ],
)  # fmt: skip
def test_slips(label: str, known: str, how: Text) -> None:
    others = ["다른", "1", known]
    assert meant(label, others) == known
    assert meant(known, [label, "다른"]) == label
    assert ways(label, known) is how


@pytest.mark.parametrize(
    ("label", "known"),
    [("per:tittle", "per:title"), ("1 2", "12"), ("1  2", "12"), ("-1", "1"), ("a_b", "ab"), ("", " "),
     ("\u200b", " "), ("x²", "x2")],
)  # fmt: skip
def test_other_labels(label: str, known: str) -> None:
    assert meant(label, [known]) is None


def test_what_is_known_is_no_slip() -> None:
    assert meant("Per", ["per", "Per"]) is None


def test_of_several_the_one_that_looks_the_same_is_meant() -> None:
    assert meant("Per ", ["per", "Per"]) == "Per"
    assert meant("per ", ["PER", "per"]) == "per"
