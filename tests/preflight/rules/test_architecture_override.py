"""MODEL002: overrides that change what a pretrained checkpoint computes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checkpoints import as_gpt2, as_xlnet, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL002"


def example(tmp_path: Path) -> list[str]:
    """The shapes do not depend on the number of heads, so nothing else would show it."""
    return ["+model.config.num_attention_heads=4"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "override",
    [
        "hidden_act=relu",
        "layer_norm_eps=1e-5",
        "num_hidden_layers=1",
        "hidden_size=64",
        "is_decoder=true",
        "pad_token_id=3",
    ],
)
def test_keys_that_the_weights_depend_on(override: str) -> None:
    overrides = [f"+model.config.{override}"]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "override",
    ["hidden_dropout_prob=0.2", "attention_probs_dropout_prob=0", "classifier_dropout=0.3",
     "problem_type=null", "vocab_size=8000", "attn_implementation=eager", "chunk_size_feed_forward=64"],
)  # fmt: skip
def test_keys_that_fine_tuning_may_change(override: str) -> None:
    assert codes([f"+model.config.{override}"]) == []


@pytest.mark.parametrize(
    ("change", "downstream", "architecture"),
    [(as_gpt2, ["resid_pdrop=0.3", "embd_pdrop=0", "attn_pdrop=0.2", "summary_first_dropout=0",
                "use_cache=false"],
      ["scale_attn_weights=false", "n_head=4", "activation_function=relu", "layer_norm_epsilon=1e-6"]),
     (as_xlnet, ["dropout=0.3", "summary_last_dropout=0"],
      ["attn_type=uni", "bi_data=true", "clamp_len=8", "same_length=true", "n_head=4",
       "ff_activation=relu"])],
)  # fmt: skip
def test_keys_of_gpt2_and_xlnet(
    tmp_path: Path, change: Callable[[Path], Path], downstream: list[str], architecture: list[str]
) -> None:
    model = local(change(tiny_copy(tmp_path / "checkpoint")))
    for override in downstream:
        assert CODE not in codes([*model, f"+model.config.{override}"]), override
    for override in architecture:
        assert CODE in codes([*model, f"+model.config.{override}"]), override


@pytest.mark.parametrize("declared", [True, False, None])
@pytest.mark.parametrize("key", ["is_decoder", "add_cross_attention"])
def test_a_decoder_may_be_made_an_encoder(tmp_path: Path, key: str, declared: bool | None) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update({key: declared}))
    assert CODE not in codes([*local(folder), f"+model.config.{key}=false"])
    assert (CODE in codes([*local(folder), f"+model.config.{key}=true"])) == (declared is not True)


@pytest.mark.parametrize("override", ["num_attention_heads=2", "hidden_act=gelu", "layer_norm_eps=1e-12"])
def test_the_checkpoints_own_value_changes_nothing(override: str) -> None:
    assert codes([f"+model.config.{override}"]) == []


def test_every_key_has_its_own_finding() -> None:
    overrides = ["+model.config.num_attention_heads=4", "+model.config.hidden_act=relu"]
    assert codes(overrides) == [CODE, CODE]


def test_fresh_weights_may_have_any_architecture() -> None:
    assert codes([*example(Path()), "model.init=scratch", "+model.config.hidden_act=relu"]) == []


@pytest.mark.parametrize("init", ["pretrained", "scratch"])
@pytest.mark.parametrize("key", ["dtype", "torch_dtype"])
@pytest.mark.parametrize(("value", "offered"), [("bfloat16", "bfloat16"), ("float16", "float32")])
def test_a_number_format_has_a_setting_of_its_own(init: str, key: str, value: str, offered: str) -> None:
    overrides = [f"+model.config.{key}={value}", f"model.init={init}"]
    found = finding(overrides, CODE)
    assert codes(overrides) == [CODE]
    assert "the number format of training is `model.dtype`" in found.message
    assert found.fixes == [[f"~model.config.{key}", f"model.dtype={offered}"]]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("key", ["dtype", "torch_dtype"])
def test_the_number_format_of_the_run_may_be_said_twice(key: str) -> None:
    assert codes([f"+model.config.{key}=float32"]) == []
    assert codes([f"+model.config.{key}=bfloat16", "model.dtype=bfloat16"]) == ["MODEL015"]


def test_the_format_in_which_the_file_is_stored_is_not_trained_in(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(dtype="bfloat16"))
    assert codes([*local(folder), "+model.config.dtype=bfloat16"]) == [CODE]


def test_a_key_that_transformers_gave_up_is_compared_where_the_file_has_it(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(position_embedding_type="absolute"))
    relative = [*local(folder), "+model.config.position_embedding_type=relative_key"]
    assert codes(relative) == [CODE]
    assert codes([*local(folder), "+model.config.position_embedding_type=absolute"]) == []


def test_the_catalogue_knows_without_files() -> None:
    assert "trained with `12`" in finding(["model=klue_bert", *example(Path())], CODE).message
    assert CODE not in codes(["model=klue_bert", "+model.config.num_attention_heads=12"])


@pytest.mark.slow
def test_transformers_loads_other_heads_without_a_word(tmp_path: Path) -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    folder = tiny_copy(tmp_path / "checkpoint")
    ids = torch.arange(40, 60)[None]
    found = []
    for heads in (2, 4):
        config = AutoConfig.from_pretrained(folder, num_attention_heads=heads)
        model, report = AutoModel.from_pretrained(
            folder, config=config, add_pooling_layer=False, output_loading_info=True
        )
        assert not report["missing_keys"]
        assert not report["mismatched_keys"]
        with torch.no_grad():
            found.append(model.eval()(ids).last_hidden_state)
    assert not torch.allclose(*found, atol=1e-4)


def test_a_size_under_the_familys_own_name_is_compared(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, Any]) -> None:
        content.update(model_type="distilbert", n_layers=content.pop("num_hidden_layers"))

    edit_json(folder / "config.json", rename)
    assert CODE not in codes([*local(folder), "+model.config.num_hidden_layers=2"])
    assert CODE in codes([*local(folder), "+model.config.num_hidden_layers=3"])
