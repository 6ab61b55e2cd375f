"""TRACK003: names that MLflow refuses."""

from pathlib import Path

import pytest

from haechi.tracking.connection import connect
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRACK003"


def example(tmp_path: Path) -> list[str]:
    """One run, two names."""
    return ["+tracking.tags={mlflow.runName: other}", "tracking.run_name=first"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "error"
    assert_fixes_clear(overrides, CODE)


def test_a_name_of_its_own_making() -> None:
    overrides = ["+tracking.tags={mlflow.runName: other}"]
    assert "of its own making" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("key", "limit", "severity"), [("experiment", 500, "error"), ("run_name", 250, "warning")]
)
def test_names_have_a_length(key: str, limit: int, severity: str) -> None:
    assert codes([f"tracking.{key}={'x' * limit}"]) == []
    overrides = [f"tracking.{key}={'x' * (limit + 1)}"]
    assert assert_only(overrides, CODE).severity.value == severity
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("key", ["experiment", "run_name"])
def test_bytes_that_are_no_text(key: str) -> None:
    # What Python makes of a byte that the terminal has sent in another encoding.
    overrides = [f'tracking.{key}="a\udcbf"']
    assert "bytes that are no text" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [['tracking.experiment="실험 1/나"'], ['tracking.run_name="a#b"'],
     ["+tracking.tags={mlflow.user: somebody}"], [f"+tracking.tags={{a: {'x' * 9000}}}"],
     ["+tracking.tags={mlflow.runName: same}", "tracking.run_name=same"]],
)  # fmt: skip
def test_names_that_mlflow_takes(overrides: list[str]) -> None:
    assert codes(overrides) == []


def test_without_tracking_no_name_is_judged(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "tracking=none"]) == []


@pytest.mark.slow
def test_mlflow_refuses_just_these(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    connect(uri, "x" * 500, "first", {"mlflow.runName": "first", "a": ""}, 0)
    for experiment, name, tags in (
        ("x" * 501, "first", {}),
        ("a\udcbf", "first", {}),
        ("first", "a\udcbf", {}),
        ("first", "first", {"mlflow.runName": "other"}),
    ):
        with pytest.raises(Exception, match=r"maximum length|surrogates|different values"):
            connect(uri, experiment, name, tags, 0)
