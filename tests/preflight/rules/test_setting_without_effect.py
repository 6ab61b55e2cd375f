"""MODEL012: what transformers 5 no longer computes."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL012"


def example(tmp_path: Path) -> list[str]:
    """Relative positions."""
    return with_config(tmp_path, position_embedding_type="relative_key")


def with_config(tmp_path: Path, **config: object) -> list[str]:
    """A checkpoint whose config.json has more keys."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(config))
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "error"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "config", [{"position_embedding_type": "relative_key_query"}, {"pruned_heads": {"0": [1]}}]
)
def test_other_settings_of_the_past(tmp_path: Path, config: dict[str, object]) -> None:
    assert_only(with_config(tmp_path, **config), CODE)


@pytest.mark.parametrize(
    "config",
    [{"position_embedding_type": "absolute"}, {"position_embedding_type": None}, {"pruned_heads": {}},
     {"is_decoder": False, "gradient_checkpointing": False, "num_labels": 7}],
)  # fmt: skip
def test_settings_that_ask_for_nothing(tmp_path: Path, config: dict[str, object]) -> None:
    assert codes(with_config(tmp_path, **config)) == []


def test_fresh_weights_learn_what_is_computed(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "model.init=scratch"]
    assert assert_only(overrides, CODE).severity.value == "warning"
    typed = ["model.init=scratch", "+model.config.position_embedding_type=relative_key"]
    typed += ["model.allow_unknown_config_keys=true"]
    assert assert_only(typed, CODE).fixes == [["~model.config.position_embedding_type"]]
    assert_fixes_clear(typed, CODE)


@pytest.mark.parametrize("key", ["num_labels=7", "problem_type=regression", "+id2label={0: a}"])
def test_the_head_is_the_tasks(key: str) -> None:
    name = key.lstrip("+")
    overrides = [f"+model.config.{name}"]
    assert finding(overrides, CODE).severity.value == "note"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("key", ["use_cache", "return_dict", "output_hidden_states"])
def test_what_the_program_asks_for_itself_is_noted(key: str) -> None:
    overrides = [f"+model.config.{key}=false"]
    assert finding(overrides, CODE).severity.value == "note"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.slow
def test_transformers_keeps_the_key_and_computes_without_it() -> None:
    import torch
    from transformers import BertConfig, BertModel

    sizes = {"hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 100}
    models = []
    for kind in ("absolute", "relative_key"):
        torch.manual_seed(0)
        models.append(BertModel(BertConfig(**sizes, position_embedding_type=kind)).eval())
    assert models[1].config.position_embedding_type == "relative_key"
    tokens = torch.tensor([[2, 5, 6, 3]])
    first, second = (model(tokens).last_hidden_state for model in models)
    assert torch.equal(first, second)
    assert not [name for name in models[1].state_dict() if "distance" in name]
