"""MODEL010: sizes that do not fit together."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import as_gpt2, as_xlnet, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL010"
SCRATCH = "model.init=scratch"


def example(tmp_path: Path) -> list[str]:
    """128 in three parts."""
    return [SCRATCH, "+model.config.num_attention_heads=3"]


def with_config(tmp_path: Path, **config: object) -> list[str]:
    """A checkpoint whose config.json has other values."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(config))
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert "`hidden_size` 128 is no multiple of `num_attention_heads` 3" in found.message
    assert [item.key for item in found.keys] == ["model.config.num_attention_heads"]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "overrides",
    [["hidden_size=100", "num_attention_heads=8"], ["hidden_size=7"], ["pad_token_id=100000"],
     ["vocab_size=10", "pad_token_id=10"], ["max_position_embeddings=2"]],
)  # fmt: skip
def test_other_sizes(overrides: list[str]) -> None:
    typed = [SCRATCH, *(f"+model.config.{item}" for item in overrides)]
    assert finding(typed, CODE).severity.value == "error"
    assert_fixes_clear(typed, CODE)


@pytest.mark.parametrize("change", [as_gpt2, as_xlnet])
def test_sizes_have_other_names_elsewhere(tmp_path: Path, change: Callable[[Path], Path]) -> None:
    model = local(change(tiny_copy(tmp_path / "checkpoint")))
    for name in ("n_head", "num_attention_heads"):
        typed = [*model, SCRATCH, f"+model.config.{name}=3"]
        assert [item.key for item in finding(typed, CODE).keys] == [f"model.config.{name}"]
        assert_fixes_clear(typed, CODE)
    assert codes([*model, SCRATCH, "+model.config.n_head=4"]) == []


def test_the_width_of_a_head_that_xlnet_stores(tmp_path: Path) -> None:
    folder = as_xlnet(tiny_copy(tmp_path / "checkpoint"))
    edit_json(folder / "config.json", lambda content: content.update(d_head=64))
    model = local(folder)
    assert codes(model) == []
    assert codes([*model, SCRATCH, "+model.config.n_head=4"]) == [], "it follows what is typed"
    typed = [*model, SCRATCH, "+model.config.n_head=4", "+model.config.d_head=64"]
    assert "`d_model` / `n_head`, 32" in finding(typed, CODE).message
    assert_fixes_clear(typed, CODE)
    edit_json(folder / "config.json", lambda content: content.update(d_head=32))
    assert_only(model, CODE)


def test_too_few_positions_have_another_name_in_a_gpt2(tmp_path: Path) -> None:
    typed = [*local(as_gpt2(tiny_copy(tmp_path / "gpt2"))), SCRATCH, "+model.config.n_positions=2"]
    assert [item.key for item in finding(typed, CODE).keys] == ["model.config.n_positions"]
    assert_fixes_clear(typed, CODE)


@pytest.mark.parametrize(
    "config",
    [
        {"num_attention_heads": 3},
        {"num_hidden_layers": 0},
        {"hidden_size": -128},
        {"pad_token_id": 10**7},
    ],
)
def test_a_config_json_that_cannot_be(tmp_path: Path, config: dict[str, int]) -> None:
    overrides = with_config(tmp_path, **config)
    assert [item.key for item in finding(overrides, CODE).keys] == ["model.checkpoint"]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "model_type", ["electra", "albert", "distilbert", "roberta", "deberta-v2", "modernbert"]
)
def test_every_family_splits_its_width(tmp_path: Path, model_type: str) -> None:
    overrides = with_config(tmp_path, model_type=model_type)
    assert CODE not in codes([*overrides, SCRATCH])
    assert CODE in codes([*overrides, SCRATCH, "+model.config.num_attention_heads=3"])


def test_names_of_distilbert(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, object]) -> None:
        for old, new in (("hidden_size", "dim"), ("num_attention_heads", "n_heads")):
            content[new] = content.pop(old)
        content["model_type"] = "distilbert"

    edit_json(folder / "config.json", rename)
    assert CODE not in codes([*local(folder), SCRATCH])
    found = finding([*local(folder), SCRATCH, "+model.config.n_heads=5"], CODE)
    assert found.fixes == [["~model.config.n_heads"]]
    assert CODE in codes([*local(folder), SCRATCH, "+model.config.num_attention_heads=5"])


@pytest.mark.parametrize(
    ("model_type", "config"),
    [
        ("electra", {"embedding_size": 64, "hidden_size": 256, "num_attention_heads": 4}),
        ("albert", {"embedding_size": 128, "hidden_size": 768, "num_attention_heads": 12}),
        ("bert", {"pad_token_id": None}),
        ("bert", {"pad_token_id": -1}),
    ],
)
def test_sizes_that_look_odd_and_are_legal(
    tmp_path: Path, model_type: str, config: dict[str, object]
) -> None:
    assert CODE not in codes([*with_config(tmp_path, model_type=model_type, **config), SCRATCH])


def test_fresh_weights_of_a_pretrained_checkpoint_may_be_deeper_and_wider() -> None:
    wider = ["+model.config.hidden_size=96", "+model.config.num_attention_heads=3"]
    assert codes([SCRATCH, *wider, "+model.config.num_hidden_layers=5"]) == []


def test_a_pretrained_checkpoint_keeps_its_sizes() -> None:
    assert codes(["+model.config.num_attention_heads=3"]) == ["MODEL002"]


@pytest.mark.slow
def test_electra_fails_in_the_first_batch_only() -> None:
    import torch
    from transformers import ElectraConfig, ElectraModel

    sizes = {"hidden_size": 32, "embedding_size": 16, "num_hidden_layers": 1, "vocab_size": 100}
    tokens = torch.tensor([[2, 5, 3]])
    assert ElectraModel(ElectraConfig(**sizes, num_attention_heads=4))(tokens)[0].shape == (1, 3, 32)
    model = ElectraModel(ElectraConfig(**sizes, num_attention_heads=3))
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        model(tokens)
