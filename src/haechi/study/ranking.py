"""Which setting is best, and which ones the rows at hand do not tell from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from haechi.study.bootstrap import Resampler, interval
from haechi.study.cells import Cell
from haechi.study.measures import Scores

# Shape suffixes: S samples, K settings.


@dataclass(frozen=True)
class Placed:
    """A setting in the ranking."""

    name: str
    cell: Cell | None
    """None for a baseline that reads nothing of the encoder."""
    value: float
    low: float
    high: float
    behind: float
    """How much less than the best setting; negative for a baseline above it."""
    behind_low: float
    behind_high: float
    is_within_noise: bool
    """Whether the interval of the difference holds 0."""
    best_share: float
    """Share of the samples in which it is the best of all settings."""


class Ranking:
    """All settings and baselines by the main score."""

    def __init__(
        self, scores: Mapping[str, Scores], cells: Mapping[str, Cell], main: str, resampler: Resampler
    ) -> None:
        """Rank.

        Args:
            scores: of every setting and baseline, by name.
            cells: the settings among them.
            main: the score that ranks.
            resampler: draws the same samples for all.
        """
        self.main = main
        self.cells = dict(cells)
        self._scores = {name: found[main] for name, found in scores.items() if main in found}
        self._drawn = {name: resampler.scores(score) for name, score in self._scores.items()}
        self.values = {name: score.value() for name, score in self._scores.items()}
        settings = [name for name in self._scores if name in cells]
        # Of equal ones the first, which is the simpler.
        self.best = max(settings, key=lambda name: _sortable(self.values[name]))
        drawn_KS = np.stack([np.nan_to_num(self._drawn[name], nan=-np.inf) for name in settings])
        wins = np.bincount(drawn_KS.argmax(axis=0), minlength=len(settings)) / drawn_KS.shape[1]
        self._wins = dict(zip(settings, wins, strict=True))
        self.placed = sorted(map(self._place, self._scores), key=lambda item: -_sortable(item.value))

    def _place(self, name: str) -> Placed:
        low, high = interval(self._drawn[name])
        value, (behind, behind_low, behind_high) = self.values[name], self.difference(self.best, name)
        return Placed(
            name=name,
            cell=self.cells.get(name),
            value=value,
            low=low,
            high=high,
            behind=behind,
            behind_low=behind_low,
            behind_high=behind_high,
            is_within_noise=name == self.best or bool(behind_low <= 0 <= behind_high),
            best_share=float(self._wins.get(name, 0.0)),
        )

    def __getitem__(self, name: str) -> Placed:
        return next(item for item in self.placed if item.name == name)

    def __contains__(self, name: str) -> bool:
        return name in self._scores

    @property
    def settings(self) -> list[Placed]:
        """The settings, without the baselines, best first."""
        return [item for item in self.placed if item.cell is not None]

    @property
    def baselines(self) -> list[Placed]:
        """The baselines, best first."""
        return [item for item in self.placed if item.cell is None]

    def drawn(self, name: str) -> np.ndarray:
        """A setting's score in each sample (S,)."""
        return self._drawn[name]

    def difference(self, one: str, other: str) -> tuple[float, float, float]:
        """How much higher one scores than another, and the interval of that, over the same samples."""
        low, high = interval(self._drawn[one] - self._drawn[other])
        return self.values[one] - self.values[other], low, high


def intervals(scores: Scores, resampler: Resampler) -> dict[str, dict[str, float]]:
    """Each score of a setting with its interval."""
    found: dict[str, dict[str, float]] = {}
    for name, score in scores.items():
        low, high = interval(resampler.scores(score))
        found[name] = {"value": score.value(), "low": low, "high": high}
    return found


def order_agreement(one: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray) -> float:
    """Spearman's correlation of two lists of scores; NaN where one of them is constant."""
    from scipy import stats

    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    found: Any = stats.spearmanr(one, other)
    return float(found.statistic)


def _sortable(value: float) -> float:
    return value if np.isfinite(value) else -np.inf
