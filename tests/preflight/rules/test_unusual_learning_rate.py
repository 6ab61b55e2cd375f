"""TRAIN004: learning rates that nobody fine-tunes with."""

from pathlib import Path

import pytest

from haechi import places
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "TRAIN004"


def example(tmp_path: Path) -> list[str]:
    """A thousand times 5e-5."""
    return ["trainer.learning_rate=5e-2"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "warning"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("rate", "init", "fires"),
    [("1e-6", "pretrained", False), ("9e-7", "pretrained", True), ("1e-3", "pretrained", False),
     ("1.1e-3", "pretrained", True), ("1.1e-3", "scratch", False), ("1e-2", "scratch", False),
     ("1.1e-2", "scratch", True)],
)  # fmt: skip
def test_bounds(rate: str, init: str, fires: bool) -> None:
    overrides = [f"trainer.learning_rate={rate}", f"model.init={init}"]
    assert codes(overrides) == ([CODE] if fires else [])
    if fires:
        assert_fixes_clear(overrides, CODE)


def test_the_models_own_is_offered() -> None:
    found = finding(["model=klue_bert", "trainer.learning_rate=0.1"], CODE)
    assert found.fixes == [["trainer.learning_rate=5e-05"]]


@pytest.mark.parametrize("rate", ["5", "0", "nan", "1e-9"])
def test_what_is_out_of_its_range_is_another_matter(rate: str) -> None:
    assert codes([f"trainer.learning_rate={rate}"]) == ["TRAIN001"]


def test_no_recipe_of_the_catalogue_is_unusual() -> None:
    for path in sorted((places.CONF / "model").glob("*.yaml")):
        if path.stem != "local":
            assert CODE not in codes([f"model={path.stem}"])
