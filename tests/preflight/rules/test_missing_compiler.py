"""TRAIN018: layers that are to be compiled without a compiler."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN018"


def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A compiler that is not where CXX says."""
    monkeypatch.setenv("CXX", str(tmp_path / "g++"))
    return ["trainer.compile=always"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(tmp_path, monkeypatch)
    found = assert_only(overrides, CODE)
    assert f"`{tmp_path / 'g++'}` is not there" in found.message
    assert_fixes_clear(overrides, CODE)


def test_one_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(tmp_path, monkeypatch)
    (tmp_path / "g++").write_text("#!/bin/sh\n")
    (tmp_path / "g++").chmod(0o755)
    assert codes(overrides) == []


@pytest.mark.parametrize("wanted", ["auto", "never"])
def test_nobody_asks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    example(tmp_path, monkeypatch)
    assert codes([f"trainer.compile={wanted}"]) == []
