"""CFG002: with and without a `+`, at every depth."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG002"


def example(tmp_path: Path) -> list[str]:
    """A letter is missing."""
    return ["trainer.learning_rat=3e-5"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_value_goes_to_the_nearest_key() -> None:
    assert finding(["trainer.learning_rat=3e-5"], CODE).fixes == [
        ["~trainer.learning_rat", "trainer.learning_rate=3e-5"]
    ]
    assert finding(["modle=tiny"], CODE).fixes == [["~modle", "model=tiny"]]
    assert ["~learning_rate", "trainer.learning_rate=1e-5"] in finding(["learning_rate=1e-5"], CODE).fixes


@pytest.mark.parametrize(
    "override",
    [
        "nothing_like_it=1", "+nothing_like_it=1", "++trainer.lr=1", "+trainer.foo.bar=1", "+foo.bar.baz=1",
        "task.file.train=a.csv", "+task.files.dev=a.csv", "seed.x=1", "trainer.learning_rate.x=1",
        "+model.facts.size=1", "+preflight.deep_=true", "model/sub=x",
    ],
)  # fmt: skip
def test_every_depth_is_judged(override: str) -> None:
    found = assert_only([override], CODE)
    assert found.keys[0].key == override.partition("=")[0].lstrip("+")
    for fix in found.fixes[:1]:
        assert CODE not in codes([override, *fix])


@pytest.mark.parametrize("override", ["model.config.hidden_dropout_prob=0.2", "tracking.tags.team=nlp"])
def test_an_open_mapping_needs_only_a_plus(override: str) -> None:
    found = assert_only([override], CODE)
    assert found.fixes == [[f"~{override.partition('=')[0]}", f"+{override}"]]
    assert codes([override, *found.fixes[0]]) == []


def test_an_open_mapping_given_as_a_whole(tmp_path: Path) -> None:
    assert_only(["model.config={hidden_dropout_prob: 0.2}"], CODE)
    assert_fixes_clear(["model.config={hidden_dropout_prob: 0.2}"], CODE)


def test_the_open_mappings_take_any_key() -> None:
    assert codes(["+model.config.hidden_dropout_prob=0.2", "+tracking.tags.team=nlp"]) == []
