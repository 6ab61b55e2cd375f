"""CFG001: the nearest options of the group come first."""

from pathlib import Path

import pytest

from haechi.preflight.rules.unknown_option import _problem
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG001"


def example(tmp_path: Path) -> list[str]:
    """Two letters of klue_bert change places."""
    return ["model=klue_bret"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_nearest_option_comes_first() -> None:
    found = finding(["model=klue_bret"], CODE)
    assert found.fixes[0] == ["model=klue_bert"]
    assert "koelectra_base" in found.notes[0]


@pytest.mark.parametrize("group", ["model", "tokenizer", "pooling", "task", "trainer", "tracking", "notify"])
def test_every_group_is_judged(group: str) -> None:
    found = assert_only([f"{group}=no_such_option"], CODE)
    assert found.keys[0].key == group
    assert_fixes_clear([f"{group}=no_such_option"], CODE)


@pytest.mark.parametrize("preset", ["experiment", "debug", "hparams_search", "hydra/sweeper"])
def test_presets_are_judged(preset: str) -> None:
    assert_only([f"{preset}=no_such_option"], CODE)


@pytest.mark.parametrize("override", ["trainer=1", "trainer=null", "model=", "pooling=true"])
def test_a_value_that_is_no_name_is_an_unknown_option(override: str) -> None:
    assert_only([override], CODE)
    assert_fixes_clear([override], CODE)


def test_existing_options_pass() -> None:
    assert codes(["model=tiny", "pooling=cls", "trainer=hf"]) == []


def test_an_option_whose_package_is_missing_says_what_installs_it() -> None:
    """As `_problem` sees it: here the package is installed."""
    found = _problem("hydra/launcher", "joblib", ["basic", "ray"])
    assert found.notes == ["`pip install -e '.[joblib]'` installs it"]
    assert found.fixes == [["hydra/launcher=basic"]]
    assert _problem("hydra/launcher", "jobs", ["basic", "ray"]).notes != found.notes
