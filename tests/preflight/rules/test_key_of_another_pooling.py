"""POOL003: keys that the chosen pooling does not read."""

from dataclasses import fields
from pathlib import Path

import pytest

from checkpoints import local, tiny_copy, with_pooler
from haechi.schema.pooling import OWN_KEYS, PoolingConfig
from judging import assert_fixes_clear, assert_only, codes
from tasks import span_task, tagged_task

CODE = "POOL003"
# A value of each key that is not its default.
OTHER = {"layer": "-2", "include_special_tokens": "false", "combine": "concat", "attention_hidden_size": "64"}


def example(tmp_path: Path) -> list[str]:
    """cls takes one token, so that there are none to leave out."""
    return ["pooling=cls", "pooling.include_special_tokens=false"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.fixes == [["~pooling.include_special_tokens"]]
    assert "`mean`, `max`, `mean_sqrt_len`" in found.notes[0]
    assert_fixes_clear(example(tmp_path), CODE)


def test_every_key_has_another_value_here() -> None:
    assert set(OTHER) == {item.name for item in fields(PoolingConfig)} - {"kind"}


@pytest.mark.parametrize("kind", sorted(set(OWN_KEYS) - {"pooler", "entity_start"}))
def test_each_pooling_reads_its_own_keys_alone(kind: str) -> None:
    for key, value in OTHER.items():
        found = codes([f"pooling={kind}", f"pooling.{key}={value}"])
        assert (CODE in found) == (key not in OWN_KEYS[kind]), (kind, key, found)


@pytest.mark.parametrize(
    ("key", "value"), [("combine", "mean"), ("layer", "-1"), ("attention_hidden_size", "128")]
)
def test_a_default_that_is_typed_is_fine(key: str, value: str) -> None:
    assert CODE not in codes(["pooling=first_last", f"pooling.{key}={value}"])


def test_several_keys_are_several_findings() -> None:
    overrides = ["pooling=cls", "pooling.combine=concat", "pooling.attention_hidden_size=64"]
    assert codes(overrides) == [CODE, CODE]
    assert CODE not in codes([*overrides, "~pooling.combine", "~pooling.attention_hidden_size"])


def test_the_pooler_and_its_layer_are_another_rules_matter(tmp_path: Path) -> None:
    overrides = [*local(with_pooler(tiny_copy(tmp_path / "checkpoint"))), "pooling=pooler", "pooling.layer=1"]
    assert codes(overrides) == ["POOL002"]


def test_tasks_without_a_pooling_have_a_note(tmp_path: Path) -> None:
    for task in (tagged_task, span_task):
        assert CODE not in codes([*task(tmp_path), *example(tmp_path)])
