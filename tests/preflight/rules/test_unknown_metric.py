"""TRAIN002: metrics of another objective, or of none."""

from pathlib import Path

import pytest

from haechi.schema.metric import METRICS
from haechi.schema.task import Objective
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRAIN002"


def example(tmp_path: Path) -> list[str]:
    """The words change places."""
    return ["task.metric=f1_macro"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_metrics_of_the_objective_are_named() -> None:
    found = finding(["task.metric=f1_macro"], CODE)
    assert found.fixes[0] == ["task.metric=macro_f1"]
    assert all(name in found.notes[0] for name in METRICS[Objective.classification])


def test_a_metric_of_another_objective_is_refused() -> None:
    assert_only(["task.metric=pearsonr"], CODE)
    assert_fixes_clear(["task.metric=pearsonr"], CODE)


@pytest.mark.parametrize("metric", [*METRICS[Objective.classification], "null"])
def test_its_own_metrics_pass(metric: str) -> None:
    assert codes([f"task.metric={metric}"]) == []
