"""Scores that stand far from all others: found on scales, never among prices and counts."""

from collections import Counter

import numpy as np
import pytest

from haechi.rows.examples import Example
from haechi.rows.scores import Scores, is_scale, range_without_far, scores_of
from haechi.rows.survey import survey

SCALES = {
    "tenths": lambda draw, count: np.round(draw.random(count) * 5, 1),
    "stars": lambda draw, count: draw.integers(1, 6, count),
    "percent": lambda draw, count: draw.integers(0, 101, count),
    "to the ends": lambda draw, count: np.round(draw.beta(0.5, 0.5, count) * 5, 1),
}
ORDINARY = {
    **SCALES,
    "prices": lambda draw, count: np.round(draw.lognormal(9, 1.2, count), -2),
    "wide prices": lambda draw, count: np.round(draw.lognormal(9, 2.0, count)),
    "incomes": lambda draw, count: draw.pareto(1.0, count),
    "clicks": lambda draw, count: draw.zipf(2.0, count),
    "comments": lambda draw, count: draw.negative_binomial(0.5, 0.05, count),
    "few comments": lambda draw, count: draw.poisson(0.3, count),
    "waits": lambda draw, count: draw.exponential(1.0, count),
    "heights": lambda draw, count: draw.normal(170, 7, count),
    "returns": lambda draw, count: draw.standard_cauchy(count),
}


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(11))


def counted(scores: np.ndarray) -> Counter[float]:
    return Counter(scores.astype(float).tolist())


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.parametrize("count", [5, 30, 200, 1000])
def test_ordinary_data_has_none(name: str, count: int) -> None:
    tries, draw = 100, generator()
    found = [range_without_far(counted(ORDINARY[name](draw, count))) for _ in range(tries)]
    # One sample in a few hundred of the heaviest tails looks like a scale with a slip.
    assert sum(item is not None for item in found) <= tries // 50


@pytest.mark.parametrize("name", ["tenths", "stars", "to the ends"])
@pytest.mark.parametrize("wrong", [[57.0], [-99.0], [57.0, -99.0], [999.0, 57.0]])
def test_slips_on_a_scale_are_found(name: str, wrong: list[float]) -> None:
    scores = SCALES[name](generator(), 300).astype(float)
    low, high = float(scores.min()), float(scores.max())
    assert range_without_far(counted(np.append(scores, wrong))) == (low, high)


def test_a_part_of_the_rows_is_no_slip() -> None:
    scores = SCALES["tenths"](generator(), 300)
    assert range_without_far(counted(np.append(scores, np.full(30, 57.0)))) is None


def test_a_scale_ends_where_rows_are() -> None:
    assert is_scale(Counter({0.0: 50, 1.0: 50}))
    assert not is_scale(Counter({0.0: 500, 1.0: 50, 2.0: 4, 9.0: 1}))


def test_scores_of_a_survey_have_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = ["1", 1.0, "2.5", None, "x", "57", 2.5, "-3"]
    rows = [Example(row, "글", None, label) for row, label in enumerate(labels, start=1)]
    for kept in (50_000, 2):
        monkeypatch.setattr("haechi.rows.survey.MOST_LABELS", kept)
        found = scores_of(survey("train", "a.csv", rows, complete=True, sample_rows=0))
        assert found.range == (-3, 57)
        assert found.beyond(0, 5).place("a.csv") == "row 6, 8 of a.csv: `57`, `-3`"
    assert dict(found.counts)[1.0] == 2


def test_scores_without_known_rows_are_shown() -> None:
    assert Scores({57.0: 2, 3.0: 1}, {57.0: [], 3.0: []}).beyond(0, 5).place("a.csv") == "in a.csv: `57`"
