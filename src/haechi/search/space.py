"""Hydra's sweeps as Optuna's distributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hydra.core.override_parser.types import (
    ChoiceSweep,
    Glob,
    IntervalSweep,
    Override,
    RangeSweep,
    Transformer,
)

from haechi.compose import key_of, parse
from haechi.fault import RunFault

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

AVERAGED = "seed"
"""A key that is not searched: each setting is tried with all of its values, and their mean counts."""


@dataclass(frozen=True)
class Space:
    """What a search draws from."""

    fixed: list[str]
    """Overrides that every trial has."""
    drawn: "dict[str, BaseDistribution]"
    """Distributions by key, `+` included where it was typed."""
    seeds: list[str]
    """The seeds that each trial is run with; one empty text where none were swept."""

    def jobs(self, drawn: dict[str, Any]) -> list[list[str]]:
        """The overrides of the jobs of one trial: one for each seed."""
        chosen = [f"{key}={_spelt(value)}" for key, value in drawn.items()]
        return [[*self.fixed, *chosen, *([f"{AVERAGED}={seed}"] if seed else [])] for seed in self.seeds]


def space_of(arguments: Sequence[str]) -> Space:
    """What the arguments of a sweep stand for: intervals, ranges and choices are drawn from.

    `int(interval(1, 5))` gives whole numbers. `tag(log, ...)` draws on a logarithmic scale. A range
    leaves out its end, as in a grid.

    Raises:
        RunFault: nothing is to be drawn, or an interval cannot be drawn from.
    """
    fixed: list[str] = []
    drawn: dict[str, Any] = {}
    seeds = [""]
    for override in parse(arguments):
        written = str(override.input_line)
        if not override.is_sweep_override():
            fixed.append(written)
        elif key_of(written) == AVERAGED and override.is_discrete_sweep():
            seeds = [str(value) for value in override.sweep_string_iterator()]
        else:
            try:
                drawn[str(override.get_key_element())] = _distribution(override)
            except ValueError as error:
                raise RunFault(f"`{written}` cannot be drawn from: {error}") from error
    if not drawn:
        raise RunFault(
            "a search has nothing to draw: no override is an interval, a range or a choice",
            ["`trainer.learning_rate=tag(log, interval(1e-5, 1e-4))` is drawn on a logarithmic scale"],
            ["hydra/sweeper=haechi"],
        )
    return Space(fixed, drawn, seeds)


def _distribution(override: Override) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    value: Any = override.value()
    if isinstance(value, IntervalSweep):
        low, high, log = value.start, value.end, "log" in value.tags
        if isinstance(low, int) and isinstance(high, int):
            return IntDistribution(low, high, log=log)
        assert low is not None
        assert high is not None
        return FloatDistribution(float(low), float(high), log=log)
    if isinstance(value, RangeSweep) and not value.shuffle:
        values = [
            float(cast(Any, item)) for item in override.sweep_iterator(transformer=Transformer.identity)
        ]
        if all(item.is_integer() for item in values) and len(values) > 1:
            return IntDistribution(int(values[0]), int(values[-1]), step=int(values[1] - values[0]))
    assert isinstance(value, ChoiceSweep | RangeSweep | Glob)
    return CategoricalDistribution(list(override.sweep_string_iterator()))


def _spelt(value: Any) -> str:
    """As Hydra reads it; of a drawn number four digits say enough, and can be typed again."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
