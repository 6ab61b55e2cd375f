"""How much better one setting is than another, with an interval for what chance makes of rows and seeds."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from haechi.report.judged_rows import JudgedRows, UnreadablePredictions, read_rows
from haechi.report.record import RunRecord
from haechi.report.resampling import RESAMPLES, on_all_rows, resampled, students_t
from haechi.report.setting import Setting, seed_of, spread
from haechi.report.weighted import build_statistic

Basis = Literal["rows and seeds", "rows", "seeds", "nothing"]
ENDS = (2.5, 97.5)
"""Percentiles that a 95 % interval ends at."""
_FEWEST_RESAMPLES = 500
_WORK = 2e9
"""Rows times classes times resamples times runs that a metric with sorted scores is given."""


@dataclass(frozen=True)
class Drawn:
    """A run's metric on resamples of its rows."""

    key: str
    """The same for runs on the same rows."""
    rows: int
    values: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """The best setting against another one."""

    best: Mapping[str, str]
    other: Mapping[str, str]
    difference: float
    """How much better the best one is, in the metric; below 0 on the seeds compared it may be worse."""
    low: float | None
    high: float | None
    """Ends of the 95 % interval; None where there is none."""
    basis: Basis
    """What the interval covers."""
    rows: int
    """How many rows were drawn; 0 where none were."""
    same_rows: bool
    """Whether both settings were measured on the same rows."""
    seeds: tuple[str, ...]
    """Seeds that both have and that were compared in pairs; empty where the means were compared."""
    resamples: int

    @property
    def within_noise(self) -> bool | None:
        """Whether the interval holds 0; None where there is no interval."""
        return None if self.low is None or self.high is None else self.low <= 0.0 <= self.high

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "seeds": list(self.seeds), "within_noise": self.within_noise}


def draw_all(records: Sequence[RunRecord], metric: str, notes: list[str]) -> dict[int, Drawn]:
    """Each run's metric on resamples of its rows, by `id(record)`; runs on the same rows share resamples."""
    split, _, name = metric.partition("/")
    groups: dict[str, list[tuple[RunRecord, JudgedRows]]] = {}
    silent: dict[str, list[str]] = {}
    for record in records:
        try:
            rows = read_rows(record, split)
        except UnreadablePredictions as why:
            silent.setdefault(str(why), []).append(record.name)
            continue
        statistic = build_statistic(name, rows)
        if statistic is None:
            silent.setdefault(f"predictions do not give {name}", []).append(record.name)
        elif not math.isclose(on_all_rows(statistic, len(rows)), record.final[metric], abs_tol=1e-3):
            silent.setdefault("predictions.jsonl gives another value than results.json", []).append(
                record.name
            )
        else:
            groups.setdefault(rows.key, []).append((record, rows))
    notes += [f"no rows are drawn for run {_listed(names)}: {why}" for why, names in silent.items()]
    found: dict[int, Drawn] = {}
    for key, members in groups.items():
        judged = [rows for _, rows in members]
        statistics_ = [statistic for rows in judged if (statistic := build_statistic(name, rows))]
        count = _affordable(name, judged[0], len(records))
        values = resampled(statistics_, len(judged[0]), key, count)
        for (record, rows), row in zip(members, values, strict=True):
            found[id(record)] = Drawn(key, len(rows), row)
    return found


def compare(best: Setting, other: Setting, drawn: Mapping[int, Drawn], sign: float) -> Comparison:
    """The difference of two settings' means, and its interval.

    Seeds that both have are compared in pairs. Rows are drawn with replacement, the same ones for both, and
    the metric is computed anew. Where there are several seeds, what another choice of seeds would give is
    drawn from Student's t with the spread of the seeds' differences: resampling three numbers would
    understate it.

    Args:
        best: the setting that ranks first.
        other: another one.
        drawn: what `draw_all` gives for both settings' runs.
        sign: 1 where higher is better, -1 where lower is.
    """
    ours, theirs = ({seed_of(record): record for record in side.records} for side in (best, other))
    common = tuple(seed for seed in ours if seed in theirs)
    paired = len(common) > 1 or (len(common) == 1 and min(best.n, other.n) == 1)
    if paired:
        ours, theirs = ({seed: side[seed] for seed in common} for side in (ours, theirs))
    metric = best.metric
    sides = [[sign * record.final[metric] for record in side.values()] for side in (ours, theirs)]
    difference = statistics.fmean(sides[0]) - statistics.fmean(sides[1])
    used = [drawn.get(id(record)) for record in (*ours.values(), *theirs.values())]
    known = [item for item in used if item is not None]
    with_rows = len(known) == len(used)
    count = min((len(item.values) for item in known), default=RESAMPLES) if with_rows else RESAMPLES
    draws = np.full(count, difference)
    if with_rows:
        means = [np.mean([item.values[:count] for item in part], axis=0)
                 for part in (known[: len(ours)], known[len(ours) :])]  # fmt: skip
        draws = sign * (means[0] - means[1])
    seeds = _seed_noise(sides, paired=paired, draws=count)
    basis: Basis = "nothing"
    if with_rows or seeds is not None:
        basis = "rows" if seeds is None else "rows and seeds" if with_rows else "seeds"
    low = high = None
    if basis != "nothing":
        low, high = (float(end) for end in np.percentile(draws if seeds is None else draws + seeds, ENDS))
    return Comparison(
        best=best.values,
        other=other.values,
        difference=difference,
        low=low,
        high=high,
        basis=basis,
        rows=known[0].rows if with_rows else 0,
        same_rows=with_rows and _same_rows(known, len(ours), paired=paired),
        seeds=common if paired else (),
        resamples=count,
    )


def _same_rows(known: Sequence[Drawn], ours: int, *, paired: bool) -> bool:
    if paired:
        return all(one.key == two.key for one, two in zip(known[:ours], known[ours:], strict=True))
    return len({item.key for item in known}) == 1


def _seed_noise(sides: Sequence[Sequence[float]], *, paired: bool, draws: int) -> np.ndarray | None:
    """What another choice of seeds would add to the difference; None where their spread is not known."""
    if paired:
        sides = [[one - two for one, two in zip(*sides, strict=True)]]
    noise = np.zeros(draws)
    for name, values in zip(("ours", "theirs"), sides, strict=False):
        deviation = spread(values)
        if deviation is None:
            return None
        noise += students_t(len(values) - 1, draws, name) * deviation / math.sqrt(len(values))
    return noise


def _affordable(name: str, rows: JudgedRows, runs: int) -> int:
    """How many resamples; fewer for a metric of sorted scores on many rows, classes and runs."""
    if name != "auprc":
        return RESAMPLES
    work = len(rows) * max(len(rows.labels), 1) * runs
    return int(min(RESAMPLES, max(_FEWEST_RESAMPLES, _WORK / work)))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
