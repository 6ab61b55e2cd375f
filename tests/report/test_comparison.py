"""Differences and their intervals, against scipy and against what is known of Student's t."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from haechi.report.comparison import Comparison, Drawn, compare
from haechi.report.record import RunRecord
from haechi.report.resampling import resampled
from haechi.report.setting import Setting
from haechi.report.weighted.f1 import Mean

METRIC = "validation/accuracy"


def setting(values: Sequence[float], seeds: Sequence[int] | None = None, name: str = "a") -> Setting:
    """A setting by its seeds' values."""
    records = tuple(
        RunRecord(status="finished", final={METRIC: float(value)}, seed=str(seed))
        for value, seed in zip(values, seeds or range(len(values)), strict=True)
    )
    return Setting({"pooling": name}, records, METRIC)


def compared(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray], sign: float = 1.0) -> Comparison:
    """Two settings by what each row of each seed counts."""
    rows = len(ours[0])
    draws = resampled([Mean(values) for values in (*ours, *theirs)], rows, "rows")
    means = [[values.mean() for values in side] for side in (ours, theirs)]
    sides = setting(means[0]), setting(means[1], name="b")
    records = [record for side in sides for record in side.records]
    drawn = {id(record): Drawn("rows", rows, row) for record, row in zip(records, draws, strict=True)}
    return compare(*sides, drawn, sign)


def test_one_seed_gives_the_interval_that_scipy_gives() -> None:
    rng = np.random.default_rng(0)
    ours = (rng.random(400) < 0.7).astype(float)
    theirs = np.where(rng.random(400) < 0.5, ours, rng.random(400) < 0.6).astype(float)
    found = compared([ours], [theirs])
    wanted = stats.bootstrap(
        (ours, theirs), lambda a, b, axis: a.mean(axis) - b.mean(axis), paired=True, vectorized=True,
        method="percentile", n_resamples=20_000, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert found.low == pytest.approx(wanted.low, abs=0.004)
    assert found.high == pytest.approx(wanted.high, abs=0.004)
    assert (found.basis, found.rows, found.same_rows) == ("rows", 400, True)


def test_without_rows_several_seeds_give_the_interval_of_students_t() -> None:
    ours, theirs = [0.71, 0.74, 0.70, 0.77], [0.69, 0.70, 0.69, 0.72]
    found = compare(setting(ours), setting(theirs, name="b"), {}, 1.0)
    low, high = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)
    assert (found.basis, found.rows, found.seeds) == ("seeds", 0, ("0", "1", "2", "3"))


def test_one_seed_without_rows_gives_no_interval() -> None:
    found = compare(setting([0.9]), setting([0.1], name="b"), {}, 1.0)
    assert (found.low, found.high, found.within_noise, found.basis) == (None, None, None, "nothing")


def test_what_varies_more_over_seeds_has_a_wider_interval() -> None:
    rng = np.random.default_rng(2)
    rows = [(rng.random(300) < 0.5).astype(float) for _ in range(2)]
    calm = compared([rows[0]] * 3, [rows[1]] * 3)
    shifted = [np.clip(rows[1] + step, 0, 2) for step in (-0.1, 0.0, 0.1)]
    restless = compared([rows[0]] * 3, shifted)
    assert calm.low is not None
    assert calm.high is not None
    assert restless.low is not None
    assert restless.high is not None
    assert restless.high - restless.low > 1.5 * (calm.high - calm.low)


def test_the_same_predictions_are_within_the_noise() -> None:
    rows = np.array([0.0, 1.0, 1.0])
    found = compared([rows], [rows])
    assert (found.difference, found.low, found.high, found.within_noise) == (0.0, 0.0, 0.0, True)


def test_where_lower_is_better_the_lower_one_is_ahead() -> None:
    found = compared([np.array([0.1, 0.2, 0.1, 0.2])], [np.array([0.8, 0.9, 0.9, 0.9])], sign=-1.0)
    assert found.difference == pytest.approx(0.725)
    assert found.within_noise is False


def test_seeds_that_one_side_lacks_are_left_out_of_pairs() -> None:
    best, other = setting([0.9, 0.8, 0.1], [1, 2, 3]), setting([0.7, 0.6], [1, 2], "b")
    found = compare(best, other, {}, 1.0)
    assert found.seeds == ("1", "2")
    assert found.difference == pytest.approx(0.2)


def test_settings_without_a_common_seed_are_compared_by_their_means() -> None:
    ours, theirs = [0.71, 0.74, 0.70, 0.75, 0.72], [0.69, 0.65, 0.69, 0.66, 0.70]
    found = compare(setting(ours), setting(theirs, [7, 8, 9, 10, 11], "b"), {}, 1.0)
    assert found.seeds == ()
    low, high = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    # What comes of two independent t's is a little wider than Welch's.
    assert found.low == pytest.approx(low, abs=0.01)
    assert found.high == pytest.approx(high, abs=0.01)
    assert found.low <= low
    assert found.high >= high


COVERED = [(1, 300, 0.0, 1.0), (2, 300, 0.1, 1.0), (3, 300, 0.3, 0.3), (5, 500, 0.3, 1.0)]
TRIALS = 300


@pytest.mark.slow
@pytest.mark.parametrize(("seeds", "rows", "of_seeds", "of_rows"), COVERED)
def test_the_interval_covers_the_true_difference(
    seeds: int, rows: int, of_seeds: float, of_rows: float
) -> None:
    rng = np.random.default_rng(8)
    starts = 0.5, 0.35
    spread = np.sqrt(1 + 0.25 + of_seeds**2 + of_rows**2)
    true = float(np.diff(stats.norm.cdf(np.array(starts[::-1]) / spread))[0])
    hits = 0
    for trial in range(TRIALS):
        # How hard a row is, how hard for this setting, what the seed makes of the setting, and of the row.
        hard = rng.normal(0, 1, rows)
        sides: list[list[np.ndarray]] = []
        for start in starts:
            own = rng.normal(0, 0.5, rows)
            fits = [start + hard + own + rng.normal(0, of_seeds) + rng.normal(0, of_rows, rows)
                    for _ in range(seeds)]  # fmt: skip
            sides.append([(fit > 0).astype(float) for fit in fits])
        draws = resampled([Mean(values) for side in sides for values in side], rows, str(trial), 1000)
        pair = [setting([values.mean() for values in side]) for side in sides]
        records = [record for side in pair for record in side.records]
        drawn = {id(record): Drawn("rows", rows, row) for record, row in zip(records, draws, strict=True)}
        found = compare(pair[0], pair[1], drawn, 1.0)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= true <= found.high
    # One seed is the row bootstrap alone, and there the seeds do not move; several cover more, never less.
    assert hits / TRIALS > 0.92, hits / TRIALS
