"""The ranking, the paper's order and the words for both."""

import numpy as np
import pytest

from haechi.fault import RunFault
from haechi.schema.pooling import PoolingConfig
from haechi.study.bootstrap import Resampler
from haechi.study.cells import EMBEDDINGS, Cell, grid, layers_wanted, poolings_wanted
from haechi.study.conclusion import own_name, paper_order, typeable
from haechi.study.ranking import Ranking
from haechi.study.scores import Mean

RNG = np.random.default_rng(0)
HARD = RNG.normal(0, 1, 400)
CELLS = [Cell("mean", (2,)), Cell("mean", (1,)), Cell("cls", (2,)), Cell("best_pair", (0, 2))]


def ranking_of(*lifts: float, baseline: float = -1.0) -> Ranking:
    """Cells that score the same rows alike, but for a lift and a little noise of their own."""
    rows = {
        cell.name: HARD + lift + RNG.normal(0, 0.1, 400) for cell, lift in zip(CELLS, lifts, strict=False)
    }
    rows[EMBEDDINGS] = HARD + baseline
    cells = {cell.name: cell for cell in CELLS if cell.name in rows}
    return Ranking(
        {name: {"m": Mean(values)} for name, values in rows.items()}, cells, "m", Resampler(500, 1)
    )


def test_paired_differences_are_told_where_single_intervals_overlap() -> None:
    ranking = ranking_of(0.5, 0.4, 0.5)
    worse = ranking["mean@1"]
    assert worse.high > ranking[ranking.best].low, "each by itself the two overlap"
    assert not worse.is_within_noise
    assert worse.behind_low < worse.behind < worse.behind_high
    assert ranking["cls@2"].is_within_noise
    assert ranking["mean@2"].is_within_noise


@pytest.mark.parametrize(
    ("mean", "cls", "baseline", "verdict"),
    [(0.5, 0.0, 1.0, "held"), (0.5, 0.0, 0.0, "did not hold"), (0.5, 0.5, 1.0, "not settled")],
)
def test_the_papers_order_is_put_to_the_test(mean: float, cls: float, baseline: float, verdict: str) -> None:
    found = paper_order(ranking_of(mean, 0.0, cls, baseline=baseline), 2)
    assert found.verdict == verdict
    assert "input embeddings" in found.sentence


def test_a_pair_that_train_py_lacks_is_passed_over() -> None:
    ranking = ranking_of(0.5, 0.3, 0.2, 0.9)
    assert ranking.best == "pair@0+2"
    placed = typeable(ranking, 2)
    assert placed is not None
    assert placed.name == "mean@2"
    assert Cell("best_pair", (0, 2)).overrides(2) is None


def test_overrides_are_as_short_as_can_be() -> None:
    assert Cell("mean", (12,)).overrides(12) == ["pooling=mean"]
    assert Cell("max", (3,)).overrides(12) == ["pooling=max", "pooling.layer=3"]
    assert Cell("mean_without_special", (0,)).overrides(12) == [
        "pooling=mean", "pooling.layer=0", "pooling.include_special_tokens=false"]  # fmt: skip
    assert Cell(EMBEDDINGS).overrides(12) is None


def test_the_runs_own_pooling_is_found_in_the_grid() -> None:
    names = {cell.name for cell in grid(["cls", "mean", "mean_without_special", "first_last"], range(13), 12,
                                        has_pooler=False)}  # fmt: skip
    for config, name in (
        (PoolingConfig(kind="mean"), "mean@12"),
        (PoolingConfig(kind="cls", layer=-2), "cls@11"),
        (PoolingConfig(kind="mean", layer=0, include_special_tokens=False), "mean_without_special@0"),
        (PoolingConfig(kind="first_last"), "first_last"),
    ):
        assert own_name(config, 12) == name
        assert name in names


def test_layers_count_from_both_ends() -> None:
    assert layers_wanted([], 3) == [0, 1, 2, 3]
    assert layers_wanted(["-1", "0", "3"], 3) == [0, 3]


def test_a_layer_or_a_pooling_that_is_none_is_a_diagnostic() -> None:
    for typed in (["4"], ["-5"], ["last"]):
        with pytest.raises(RunFault, match="the layers 0 to 3"):
            layers_wanted(typed, 3)
    for poolings in (["mean", "attention"], []):
        with pytest.raises(RunFault, match=r"study\.poolings"):
            poolings_wanted(poolings)
    assert poolings_wanted(["mean", "cls"]) == ["cls", "mean"], "in the order of the schema"
