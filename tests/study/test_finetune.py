"""Settings spread over a ranking, and what is said of two orders."""

import numpy as np
import pytest

from haechi.study.bootstrap import Resampler
from haechi.study.cells import Cell
from haechi.study.finetune import spread, summary
from haechi.study.ranking import Ranking
from haechi.study.scores import Mean


def ranking_of(values: dict[Cell, float]) -> Ranking:
    scores = {cell.name: {"accuracy": Mean(np.full(10, value))} for cell, value in values.items()}
    return Ranking(scores, {cell.name: cell for cell in values}, "accuracy", Resampler(100, 0))


def test_the_best_and_the_worst_are_among_those_that_are_trained() -> None:
    ranking = ranking_of({Cell("mean", (layer,)): layer / 10 for layer in range(10)})
    assert [item.name for item in spread(ranking, 4, 9)] == ["mean@9", "mean@6", "mean@3", "mean@0"]
    assert len(spread(ranking, 50, 9)) == 10


def test_what_cannot_be_typed_or_scores_alike_is_not_trained_twice() -> None:
    ranking = ranking_of({
        Cell("best_pair", (0, 3)): 0.9, Cell("mean", (4,)): 0.8, Cell("mean_sqrt_len", (4,)): 0.8,
        Cell("cls", (4,)): 0.5, Cell("max", (1,)): float("nan"),
    })  # fmt: skip
    assert [item.name for item in spread(ranking, 4, 4)] == ["mean@4", "cls@4"]


def test_orders_are_compared_by_rank_and_a_failed_training_is_named() -> None:
    scores = (("a", 0.9, 0.5), ("b", 0.6, 0.4), ("c", 0.3, 0.45), ("d", 0.1, None))
    told = [{"name": name, "cheap": cheap, "mean": dear, "values": [dear]} for name, cheap, dear in scores]
    found = summary(told, "accuracy", ["1"], "accuracy")
    assert found["rank_correlation"] == pytest.approx(0.5)
    assert "Not trained, see the logs: d." in found["sentence"]
    assert summary(told, "mse", ["1"], "accuracy")["rank_correlation"] == pytest.approx(-0.5)


def test_two_trainings_have_no_order_to_speak_of() -> None:
    told = [{"name": name, "cheap": 0.1, "mean": 0.2, "values": [0.2]} for name in "ab"]
    assert "cannot be compared" in summary(told, "accuracy", ["1"], "accuracy")["sentence"]
