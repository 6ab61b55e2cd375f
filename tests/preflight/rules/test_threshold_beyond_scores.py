"""LABEL017: a threshold that parts no scores."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL017"
SCORES = (0, 0.25, 0.5, 0.75, 1)


def scores(folder: Path, *more: str, values: tuple[float, ...] = SCORES) -> list[str]:
    path = write_csv(folder / "a.csv", list(zip(texts(len(values) * 4), values * 4, strict=True)))
    return task(path, "task.objective=regression", *more)


def example(tmp_path: Path) -> list[str]:
    """The threshold of KLUE-STS on scores to 1."""
    return scores(tmp_path, "task.positive_from=3")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert found.message == "no train score is 3 or more: they are from 0 to 1"
    assert_fixes_clear(example(tmp_path), CODE)
    assert codes([*example(tmp_path), f"preflight.ignore=[{CODE}]"]) == []


@pytest.mark.parametrize(
    ("threshold", "fires"),
    [
        ("-1", True),
        ("0", True),
        ("0.01", False),
        ("0.5", False),
        ("1", False),
        ("1.01", True),
        ("null", False),
    ],
)
def test_both_sides_need_a_score(tmp_path: Path, threshold: str, fires: bool) -> None:
    assert (CODE in codes(scores(tmp_path, f"task.positive_from={threshold}"))) == fires


def test_a_threshold_that_all_reach_is_said_so(tmp_path: Path) -> None:
    overrides = scores(tmp_path, "task.positive_from=0")
    assert finding(overrides, CODE).message == "every train score is 0 or more: they are from 0 to 1"


def test_the_metric_goes_with_its_threshold(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "task.metric=f1"]
    assert codes(overrides) == [CODE]
    [fix] = finding(overrides, CODE).fixes
    assert codes([*overrides, *fix]) == []


def test_other_objectives_and_equal_scores_are_another_rules_matter(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "task.objective=classification"])
    same = codes(scores(tmp_path, "task.positive_from=3", values=(1, 1, 1)))
    assert "LABEL009" in same
    assert CODE not in same


def test_rows_that_were_not_read_may_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haechi.rows.read.WHOLE_BYTES", 0)  # every file is a long one
    overrides = scores(tmp_path, "task.positive_from=3", values=SCORES * 20)
    assert CODE not in codes([*overrides, "preflight.sample_rows=10"])
    assert CODE in codes([*overrides, "preflight.sample_rows=0"])


def test_what_is_no_number_is_said_once(tmp_path: Path) -> None:
    for value in ("nan", "inf"):
        assert codes(scores(tmp_path, f"task.positive_from={value}")) == ["TRAIN001"]


def test_the_embedded_pairs_have_both_sides() -> None:
    assert codes(["task=sample_sts"]) == []
