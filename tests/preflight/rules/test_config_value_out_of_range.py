"""KEY002: values of `model.config` that cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import as_gpt2, as_xlnet, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "KEY002"
SCRATCH = "model.init=scratch"


def example(tmp_path: Path) -> list[str]:
    """A share above one."""
    return ["+model.config.hidden_dropout_prob=1.5"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("value", ["-0.1", "1", "1.0", "nan", "inf"])
def test_a_dropout_lies_from_0_to_below_1(value: str) -> None:
    assert_only([f"+model.config.attention_probs_dropout_prob={value}"], CODE)


@pytest.mark.parametrize("value", ["0", "0.0", "0.999", "1e-3"])
def test_dropouts_that_are_valid(value: str) -> None:
    assert codes([f"+model.config.hidden_dropout_prob={value}"]) == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("hidden_dropout_prob='0.1'", "must be a number with a point or a whole number"),
        ("hidden_dropout_prob=true", "`true`"),
        ("hidden_dropout_prob=null", "`null`"),
        ("use_cache=1", "must be true or false"),
        ("initializer_range=1", "must be a number with a point"),
        ("vocab_size=8000.0", "must be a whole number"),
        ("initializer_range=-0.02", "at least 0"),
        ("attn_implementation=flash", "must be one of eager flash_attention_2"),
    ],
)
def test_values_of_a_pretrained_checkpoint(override: str, message: str) -> None:
    overrides = [f"+model.config.{override}"]
    assert message in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "override",
    ["hidden_act=geluu", "hidden_act=GELU", "num_hidden_layers=0", "num_hidden_layers=2.0",
     "num_attention_heads=-2", "intermediate_size=-1", "type_vocab_size=-1", "layer_norm_eps=0",
     "max_position_embeddings='128'"],
)  # fmt: skip
def test_values_of_fresh_weights(override: str) -> None:
    overrides = [SCRATCH, f"+model.config.{override}"]
    assert CODE in codes(overrides)
    assert_fixes_clear(overrides, CODE)


def test_the_nearest_value_is_offered() -> None:
    def offered(override: str) -> str:
        return finding([SCRATCH, f"+model.config.{override}"], CODE).fixes[0][-1]

    assert offered("hidden_act=GELU") == "+model.config.hidden_act=gelu"
    assert offered("layer_norm_eps=0") == "+model.config.layer_norm_eps=0.0"
    assert offered("num_hidden_layers=3.0") == "+model.config.num_hidden_layers=3"


@pytest.mark.parametrize(
    "override",
    ["hidden_act=silu", "num_hidden_layers=1", "layer_norm_eps=1e-5", "classifier_dropout=null",
     "classifier_dropout=0.2", "attn_implementation=sdpa", "attn_implementation=org/kernel",
     "tie_word_embeddings=false", "pad_token_id=null", "initializer_range=0.0"],
)  # fmt: skip
def test_valid_values(override: str) -> None:
    assert codes([SCRATCH, f"+model.config.{override}"]) == []


def test_names_are_those_of_the_family(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(model_type="distilbert"))
    overrides = [*local(folder), SCRATCH]
    for override in ("activation=geluu", "n_heads=0", "dim=-8", "seq_classif_dropout=2"):
        assert CODE in codes([*overrides, f"+model.config.{override}"])
    assert CODE not in codes([*overrides, "+model.config.activation=relu"])


@pytest.mark.parametrize(
    ("change", "wrong", "right"),
    [(as_gpt2, ["activation_function=geluu", "n_head=0", "n_embd=-8", "attn_pdrop=1", "n_positions=0",
                "layer_norm_epsilon=-1.0", "summary_first_dropout=2", "n_inner=0"],
      ["activation_function=relu", "n_inner=null", "resid_pdrop=0"]),
     (as_xlnet, ["ff_activation=geluu", "n_layer=0", "d_model=0", "d_inner=-1", "summary_last_dropout=1.5",
                 "d_head=-2"],
      ["ff_activation=relu", "dropout=0", "mem_len=null"])],
)  # fmt: skip
def test_names_of_the_families_without_a_pooler(
    tmp_path: Path, change: Callable[[Path], Path], wrong: list[str], right: list[str]
) -> None:
    overrides = [*local(change(tiny_copy(tmp_path / "checkpoint"))), SCRATCH]
    for override in wrong:
        assert CODE in codes([*overrides, f"+model.config.{override}"]), override
    for override in right:
        assert codes([*overrides, f"+model.config.{override}"]) == [], override


def test_the_catalogue_knows_without_files() -> None:
    assert CODE in codes(["model=klue_bert", *example(Path())])
    assert CODE not in codes(["model=klue_bert", "+model.config.hidden_dropout_prob=0.3"])


def test_an_override_that_is_refused_anyway_is_not_judged_twice() -> None:
    assert codes(["+model.config.num_hidden_layers=0"]) == ["MODEL002"]


def test_the_table_is_that_of_transformers() -> None:
    from haechi.checkpoint.config_values import VALUES
    from haechi.modeling.config_keys import dump_values

    assert VALUES.read_text(encoding="utf-8") == dump_values(), "run `make config-keys`"


@pytest.mark.slow
def test_transformers_refuses_the_types_and_lets_ranges_pass() -> None:
    import torch
    from huggingface_hub.errors import StrictDataclassFieldValidationError
    from transformers import BertConfig, BertModel

    sizes = {"hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64, "vocab_size": 100}
    for value in ("0.1", True, None):
        with pytest.raises(StrictDataclassFieldValidationError):
            BertConfig(hidden_dropout_prob=value)
    for override in ({"hidden_dropout_prob": 1.0}, {"num_hidden_layers": -1}):
        model = BertModel(BertConfig(**{"num_hidden_layers": 2, **sizes, **override})).train()
        vectors = model(torch.tensor([[2, 5, 3]])).last_hidden_state
        assert bool((vectors == 0).all()) is ("hidden_dropout_prob" in override)
