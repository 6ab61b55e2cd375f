"""What a board is made of: settings with their seeds, and runs that gave nothing."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haechi.preflight.rules.secret_in_config import mask
from haechi.report.config_values import short_names
from haechi.report.record import FINISHED, RunRecord


@dataclass(frozen=True)
class Setting:
    """Runs that differ in their seed alone."""

    values: Mapping[str, str]
    """What was swept, the seed left out."""
    records: tuple[RunRecord, ...]
    """The finished runs that have the metric, one a seed."""
    metric: str
    test: Mapping[str, float] = field(default_factory=dict)
    """The same metric on the test rows, where it ranks by another split: seed -> value."""

    @property
    def name(self) -> str:
        """`pooling=cls learning_rate=2e-05`."""
        return name_of(self.values)

    @property
    def seeds(self) -> dict[str, float]:
        """Each seed's value; a run without a seed is called by its own name."""
        return {seed_of(record): record.final[self.metric] for record in self.records}

    @property
    def n(self) -> int:
        """How many seeds there are."""
        return len(self.records)

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.fmean(self.seeds.values())

    @property
    def sd(self) -> float | None:
        """Standard deviation over the seeds, of the sample; None for one seed."""
        return spread(list(self.seeds.values()))

    @property
    def test_mean(self) -> float | None:
        """Mean of the metric on the test rows; None where not all seeds have it."""
        return statistics.fmean(self.test.values()) if self.test else None

    def average(self, metric: str) -> float | None:
        """Mean of another metric over the seeds; None where one of them lacks it."""
        found = [record.value(metric) for record in self.records]
        return statistics.fmean(kept) if len(kept := [x for x in found if x is not None]) == self.n else None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        test = {"test_mean": self.test_mean, "test_sd": spread(list(self.test.values()))}
        return {
            "values": dict(self.values),
            "n": self.n,
            "mean": self.mean,
            "sd": self.sd,
            "seeds": self.seeds,
            **(test if self.test else {}),
            "runs": [record.name for record in self.records],
        }


@dataclass(frozen=True)
class Failure:
    """A run that gave no value of the metric."""

    values: Mapping[str, str]
    seed: str | None
    state: str
    """failed, interrupted, refused, running, waiting, unfinished; finished where the metric is no number."""
    cause: str
    log: Path | None
    run: str
    """The run's name."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "values": dict(self.values), "log": str(self.log) if self.log else None}


def name_of(values: Mapping[str, str]) -> str:
    """What was swept, in short; `the run` where nothing was."""
    short = short_names(list(values))
    return " ".join(f"{short[key]}={value}" for key, value in values.items()) or "the run"


def seed_of(record: RunRecord) -> str:
    """The seed, or the run's own name where nobody knows it."""
    return record.seed if record.seed is not None else record.name


def spread(values: Sequence[float]) -> float | None:
    """Standard deviation of a sample; None where there is one value or none."""
    return statistics.stdev(values) if len(values) > 1 else None


def settings_of(
    records: Sequence[RunRecord], metric: str, notes: list[str]
) -> tuple[list[Setting], list[Failure]]:
    """Settings, in the order in which they come, and the runs that have no value of the metric."""
    groups: dict[tuple[tuple[str, str], ...], dict[str, RunRecord]] = {}
    failures: list[Failure] = []
    for record in records:
        if record.status != FINISHED or record.value(metric) is None:
            failures.append(_failure(record, metric))
            continue
        group = groups.setdefault(tuple(record.values.items()), {})
        seed = seed_of(record)
        if seed in group:
            what = f"{name_of(record.values)} seed {seed}"
            notes.append(f"{what} is there twice: run {record.name} counts, {group[seed].name} does not")
        group[seed] = record
    settings = [
        Setting(dict(values), tuple(group.values()), metric, _test(list(group.values()), metric))
        for values, group in groups.items()
    ]
    return settings, failures


def _test(records: Sequence[RunRecord], metric: str) -> dict[str, float]:
    split, _, name = metric.partition("/")
    if split == "test":
        return {}
    found = {seed_of(record): record.value(f"test/{name}") for record in records}
    return (
        {} if None in found.values() else {seed: value for seed, value in found.items() if value is not None}
    )


def _failure(record: RunRecord, metric: str) -> Failure:
    cause = record.error or {
        "unfinished": "no results.json that could be read: the run was killed, or is still going on",
        "running": "it is still going on",
        "waiting": "it was not started",
        "refused": "it was refused before it started",
        "interrupted": "it was interrupted",
    }.get(record.status, "nothing says why")
    if record.status == FINISHED:
        there = metric in record.final
        cause = f"{metric} is {record.final[metric]}, no finite number" if there else f"it has no {metric}"
    return Failure(dict(record.values), record.seed, record.status, mask(cause), record.log, record.name)
