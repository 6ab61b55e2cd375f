"""TRACK001: folders and unknown schemes."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRACK001"


def example(tmp_path: Path) -> list[str]:
    """MLflow's old file store."""
    return ["tracking.uri=./mlruns"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    "uri", ["file:///tmp/mlruns", "/tmp/mlruns", "mlruns", "foo://host", "localhost:5000"]
)
def test_folders_and_unknown_schemes(uri: str) -> None:
    assert_only([f"tracking.uri={uri}"], CODE)
    assert_fixes_clear([f"tracking.uri={uri}"], CODE)


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite:////tmp/mlflow.db", "http://localhost:5000", "HTTPS://host", "postgresql+psycopg2://host/db",
        "databricks", "databricks://profile", "null", "''",
    ],
)  # fmt: skip
def test_servers_and_databases_pass(uri: str) -> None:
    assert CODE not in codes([f"tracking.uri={uri}"])


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:///tmp/mlruns")
    overrides = ["tracking.uri=http://localhost:5000"]
    assert "MLFLOW_TRACKING_URI" in assert_only(overrides, CODE).notes[0]
    assert_fixes_clear(overrides, CODE)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    assert CODE not in codes(["tracking.uri=./mlruns"])


def test_without_tracking_no_address_is_judged() -> None:
    assert codes(["tracking=none", "tracking.uri=./mlruns"]) == []
