"""KEY001: keys that an architecture does not read."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "KEY001"


def example(tmp_path: Path) -> list[str]:
    """A letter is missing."""
    return ["+model.config.hidden_droput_prob=0.3"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_nearest_key_is_offered_with_the_value() -> None:
    fixes = finding(["+model.config.hidden_droput_prob=0.3"], CODE).fixes
    assert fixes[0] == ["~model.config.hidden_droput_prob", "+model.config.hidden_dropout_prob=0.3"]


def test_values_are_offered_in_hydras_grammar() -> None:
    overrides = ["+model.config.use_cach=false", "+model.config.problem_typ=null"]
    assert codes(overrides) == [CODE, CODE]
    offered = [item for fix in finding(overrides, CODE).fixes for item in fix]
    assert "+model.config.use_cache=false" in offered
    assert_fixes_clear(overrides[1:], CODE)


@pytest.mark.parametrize(
    "override",
    ["attention_dropout=0.1", "dim=64", "d_model=64", "layerdrop=0.1", "position_embedding_type=relative_key",
     "finetuning_task=ynat"],
)  # fmt: skip
def test_keys_of_other_families_and_of_the_past(override: str) -> None:
    overrides = [f"+model.config.{override}"]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)


def test_keys_are_those_of_the_family(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(model_type="distilbert"))
    assert CODE not in codes([*local(folder), "+model.config.attention_dropout=0.1"])
    assert CODE in codes([*local(folder), "+model.config.classifier_dropout=0.1"])


def test_a_key_that_the_file_has_is_known(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(my_key=1))
    assert codes([*local(folder), "+model.config.my_key=1"]) == []
    assert codes(["+model.config.my_key=1"]) == [CODE]


def test_unknown_keys_may_be_allowed() -> None:
    assert codes([*example(Path()), "model.allow_unknown_config_keys=true"]) == []


def test_fresh_weights_read_no_other_keys() -> None:
    assert codes([*example(Path()), "model.init=scratch"]) == [CODE]


def test_the_catalogue_knows_without_files() -> None:
    assert CODE in codes(["model=klue_bert", *example(Path())])
    assert CODE not in codes(["model=klue_bert", "+model.config.hidden_dropout_prob=0.3"])


@pytest.mark.slow
def test_transformers_drops_the_key(tmp_path: Path) -> None:
    from transformers import AutoConfig, BertConfig

    folder = tiny_copy(tmp_path / "checkpoint")
    loaded = AutoConfig.from_pretrained(folder, hidden_droput_prob=0.3)
    assert not hasattr(loaded, "hidden_droput_prob")
    assert BertConfig(hidden_droput_prob=0.3).hidden_dropout_prob == 0.1


@pytest.mark.parametrize("init", ["pretrained", "scratch"])
@pytest.mark.parametrize("allowed", ["true", "false"])
def test_what_the_checkpoint_is_cannot_be_overridden(init: str, allowed: str) -> None:
    overrides = [
        "+model.config.model_type=xlnet", f"model.init={init}", f"model.allow_unknown_config_keys={allowed}",
    ]  # fmt: skip
    assert [code for code in codes(overrides) if code.startswith(("KEY", "MODEL002"))] == [CODE]
    assert_fixes_clear(overrides, CODE)
    assert codes(["+model.config.model_type=bert"]) == []
