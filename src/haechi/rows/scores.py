"""Scores of a split by their values: which lie beyond a range, and which stand far from all others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haechi.rows.labels import number_of
from haechi.rows.survey import Survey
from haechi.rows.tally import FIRST, Tally
from haechi.text import Text, join, quote

# Fewer scores show no scale.
FEWEST = 20
# A scale has at least so many different scores.
FEWEST_VALUES = 5
# At most this share of the scores stands apart: more are a part of the scale, or another scale.
APART = 0.01
# A score is far from the others if the gap is so many times as wide as all of them together.
GAP = 4.0
# Either end of a scale: this part of its width holds `APART` of the scores, and at least so many.
END = 0.1
FEWEST_AT_END = 4


@dataclass(frozen=True)
class Scores:
    """Scores of one split: how often each occurs, and in which rows first."""

    counts: Mapping[float, int]
    rows: Mapping[float, Sequence[int]]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest one."""
        return min(self.counts), max(self.counts)

    def beyond(self, low: float, high: float) -> "Scores":
        """Those that are lower or higher."""
        return self._only([value for value in self.counts if not low <= value <= high])

    def between(self, low: float, high: float) -> "Scores":
        """Those that are neither lower nor higher."""
        return self._only([value for value in self.counts if low <= value <= high])

    def place(self, path: str) -> Text:
        """Where the first ones are, and what they are: `row 3, 7 of dev.csv: 57, -1`."""
        found = sorted((row, value) for value in self.counts for row in self.rows[value])[:FIRST]
        values = [value for _, value in found] or sorted(self.counts)[:FIRST]
        shown = quote(", ".join(f"`{value:g}`" for value in values))
        return join(": ", [Tally(self.total, [row for row, _ in found]).place(path), shown])

    def _only(self, values: Sequence[float]) -> "Scores":
        return Scores({value: self.counts[value] for value in values}, self.rows)


def scores_of(split: Survey) -> Scores:
    """The scores of a split, as far as a survey keeps them: its first different ones, and both ends."""
    counts: dict[float, int] = {}
    rows: dict[float, list[int]] = {}
    for name, count in split.labels.items():
        value = number_of(name)
        if value is not None:
            counts[value] = counts.get(value, 0) + count
            rows.setdefault(value, []).extend(split.label_rows.get(name, []))
    for value, row in ((split.lowest, split.lowest_row), (split.highest, split.highest_row)):
        if split.numbers and value not in counts:
            counts[value], rows[value] = 1, [row] if row else []
    return Scores(counts, rows)


def range_without_far(counts: Mapping[float, int]) -> tuple[float, float] | None:
    """The range of all scores but a few that stand far from them; None where none does.

    Only scores on a scale are judged: many different ones, and rows at both of its ends. Prices and counts
    thin out towards their end, where a gap says nothing: of a power law with the exponent 1 the largest value
    is three times the second in every third sample.

    Args:
        counts: how often each score occurs.
    """
    values, total = sorted(counts), sum(counts.values())
    if total < FEWEST:
        return None
    few = max(1, int(total * APART))
    first = _behind(values, counts, few)
    last = len(values) - 1 - _behind(values[::-1], counts, few)
    if last - first + 1 < FEWEST_VALUES:
        return None
    # What was left out comes back as long as no gap is too wide.
    while last + 1 < len(values) and not _is_gap(values, first, last, values[last + 1] - values[last]):
        last += 1
    while first > 0 and not _is_gap(values, first, last, values[first] - values[first - 1]):
        first -= 1
    rest = {value: counts[value] for value in values[first : last + 1]}
    is_whole = len(rest) == len(values)
    return None if is_whole or not is_scale(rest) else (values[first], values[last])


def is_scale(counts: Mapping[float, int]) -> bool:
    """Whether scores end where a scale does, with rows at both ends, rather than where they become rare."""
    low, high, total = min(counts), max(counts), sum(counts.values())
    end, wanted = (high - low) * END, max(FEWEST_AT_END, int(total * APART))
    at_low = sum(count for value, count in counts.items() if value <= low + end)
    at_high = sum(count for value, count in counts.items() if value >= high - end)
    return min(at_low, at_high) >= wanted


def _is_gap(values: Sequence[float], first: int, last: int, gap: float) -> bool:
    return gap > GAP * (values[last] - values[first])


def _behind(values: Sequence[float], counts: Mapping[float, int], few: int) -> int:
    """Index of the first value that is not among the first few rows."""
    seen = 0
    for index, value in enumerate(values):
        seen += counts[value]
        if seen > few:
            return index
    return len(values) - 1
