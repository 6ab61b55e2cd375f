"""A board in sentences: what was best, whether that is more than the noise, and what the interval covers."""

from collections.abc import Sequence

from haechi.report.comparison import Comparison
from haechi.report.setting import Failure, Setting, name_of, spread


def number(value: float | None) -> str:
    """A metric's value: four decimals, or four digits of a large one; a dash for none."""
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.4g}"


def with_spread(mean: float | None, sd: float | None) -> str:
    """`0.6123 ± 0.0080`, or the mean alone."""
    return number(mean) if sd is None else f"{number(mean)} ± {number(sd)}"


def interval(comparison: Comparison) -> str:
    """`+0.0010 to +0.0220`; a dash where there is none."""
    if comparison.low is None or comparison.high is None:
        return "-"
    return f"{signed(comparison.low)} to {signed(comparison.high)}"


def signed(value: float) -> str:
    """A difference, its sign always shown."""
    return f"{value:+.4f}" if abs(value) < 100 else f"{value:+.4g}"


def verdict(comparison: Comparison) -> str:
    """A few words for a table."""
    match comparison.within_noise:
        case None:
            return "cannot be told"
        case True:
            return "within the noise"
        case False:
            side = "worse" if comparison.difference > 0 else "better"
            return side if comparison.basis != "rows" else f"{side}, by one seed"


def sentence(comparison: Comparison, split: str) -> str:
    """The comparison in words."""
    names = name_of(comparison.best), name_of(comparison.other)
    lead = comparison.difference
    how = f"`{names[0]}` is {number(abs(lead))} {'better' if lead >= 0 else 'worse'} than `{names[1]}`"
    if lead == 0:
        how = f"`{names[0]}` is as good as `{names[1]}`"
    if comparison.within_noise is None:
        return f"{how}; with one seed and no predictions nothing tells whether that is more than the noise"
    end = "within the noise" if comparison.within_noise else "more than the noise"
    return f"{how}, {end} (95 % interval {interval(comparison)}, from {covers(comparison, split)})"


def covers(comparison: Comparison, split: str) -> str:
    """What the interval is made of."""
    parts: list[str] = []
    if comparison.rows:
        same = "the same" if comparison.same_rows else "different"
        parts.append(f"{comparison.rows:,} {split} rows, {same} for both")
    if comparison.basis in {"rows and seeds", "seeds"}:
        pairs = f"seeds {', '.join(comparison.seeds)} in pairs" if comparison.seeds else "seeds, not in pairs"
        parts.append(pairs)
    elif comparison.basis == "rows":
        which = f"seed {comparison.seeds[0]} alone" if comparison.seeds else "one seed alone"
        parts.append(f"{which}: another one may turn it")
    return "; ".join(parts) or "nothing"


def findings(
    settings: Sequence[Setting],
    comparisons: Sequence[Comparison],
    failures: Sequence[Failure],
    metric: str,
    direction: str,
) -> tuple[str, ...]:
    """What there is to know first, a sentence each: the best one, then its lead where it has one."""
    if not settings:
        return (f"No run has a value of {metric}." if failures else "There are no runs.",)
    best, split = settings[0], metric.partition("/")[0]
    order = "lower is better" if direction == "min" else "higher is better"
    found = [f"{_best(settings)}: {metric} {_value(best)} ({order})."]
    if comparisons:
        found += _leads(comparisons, split)
    if best.test_mean is not None:
        test = with_spread(best.test_mean, spread(list(best.test.values())))
        found.append(f"On the test rows, which did not choose it, it has {test}.")
    if len(settings) > 1:
        found.append(_selection(settings, split))
    if comparisons and any(item.basis == "rows" for item in comparisons):
        found.append(
            "Where there is one seed the interval covers the choice of rows only; another seed may turn it."
        )
    if len({setting.n for setting in settings}) > 1:
        found.append("Not all settings have the same number of seeds; fewer seeds make luck more likely.")
    if failures:
        runs = "1 run has" if len(failures) == 1 else f"{len(failures)} runs have"
        found.append(f"{runs} no value and {'is' if len(failures) == 1 else 'are'} left out.")
    return tuple(found)


def _best(settings: Sequence[Setting]) -> str:
    if len(settings) == 1:
        return "There is one setting, and nothing to compare it with"
    return f"The best of {len(settings)} settings is `{settings[0].name}`"


def _value(setting: Setting) -> str:
    seeds = f" over {setting.n} seeds" if setting.n > 1 else ", one seed"
    return with_spread(setting.mean, setting.sd) + seeds


def _leads(comparisons: Sequence[Comparison], split: str) -> list[str]:
    found = [f"Against the next one: {sentence(comparisons[0], split)}."]
    if len(comparisons) > 1 and any(item.within_noise is not None for item in comparisons):
        found += _standings(comparisons)
    return found


def _standings(comparisons: Sequence[Comparison]) -> list[str]:
    """How the best setting stands against all others: ahead, near, behind, or unknown."""
    told = [item for item in comparisons if item.within_noise is False]
    ahead = sum(item.difference > 0 for item in told)
    near = [item for item in comparisons if item.within_noise]
    # The best mean may be behind on the seeds that two settings have in common.
    behind = [item for item in told if item.difference < 0]
    unknown = sum(item.within_noise is None for item in comparisons)
    of = f"of {len(comparisons)} others"
    found: list[str] = []
    if ahead == len(comparisons):
        return [f"It is ahead of all {ahead} others by more than the noise."]
    if near:
        be = "is" if len(near) == 1 else "are"
        found.append(f"{len(near)} {of} {be} within the noise of it: {_listed(near)}.")
    elif ahead:
        found.append(f"It is ahead of {ahead} {of} by more than the noise.")
    if behind:
        be = "is" if len(behind) == 1 else "are"
        found.append(f"{len(behind)} {of} {be} better on the seeds that both have: {_listed(behind)}.")
    if unknown:
        found.append(f"Whether the lead over {unknown} {of} is more than the noise cannot be told.")
    return found


def _listed(comparisons: Sequence[Comparison]) -> str:
    names = ", ".join(f"`{name_of(item.other)}`" for item in comparisons[:4])
    return names + (f" and {len(comparisons) - 4} more" if len(comparisons) > 4 else "")


def _selection(settings: Sequence[Setting], split: str) -> str:
    chosen = (
        f"The best of {len(settings)} settings was chosen on these {split} rows, so its value and its lead "
        "are somewhat too good"
    )
    if len(settings) < 3:
        return f"{chosen}."
    return f"{chosen}; and of {len(settings) - 1} intervals at 95 % some may miss by chance."
