"""MODEL006: weights that are not those of the declared architecture."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import as_gpt2, as_roberta, as_xlnet, edit_json, edit_weights, local, tiny_copy, with_prefix
from families import FAMILIES, OWN_SIZES, SIZES
from haechi.preflight.rules.foreign_weights import PREFIXES
from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of

CODE = "MODEL006"


def example(tmp_path: Path) -> list[str]:
    """A RoBERTa's weights beside a BERT's config.json."""
    return local(with_prefix(tiny_copy(tmp_path / "checkpoint"), "roberta."))


def declaring(tmp_path: Path, **config: object) -> list[str]:
    """A checkpoint whose config.json declares another size."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(config))
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_families_own_prefix_is_fine(tmp_path: Path) -> None:
    assert codes(local(with_prefix(tiny_copy(tmp_path / "bert"), "bert."))) == []
    roberta = with_prefix(as_roberta(tiny_copy(tmp_path / "roberta")), "roberta.")
    assert CODE not in codes(local(roberta))
    edit_json(roberta / "config.json", lambda content: content.update(model_type="xlm-roberta"))
    assert CODE not in codes(local(roberta))


@pytest.mark.parametrize(("change", "other"), [(as_gpt2, as_xlnet), (as_xlnet, as_gpt2)])
def test_families_that_share_a_prefix(
    tmp_path: Path, change: Callable[[Path], Path], other: Callable[[Path], Path]
) -> None:
    folder = with_prefix(change(tiny_copy(tmp_path / "checkpoint")), "transformer.")
    assert codes(local(folder)) == []
    alien = with_prefix(other(tiny_copy(tmp_path / "alien")), "transformer.")
    shutil.copy(alien / "model.safetensors", folder / "model.safetensors")
    assert_only(local(folder), CODE)


@pytest.mark.parametrize(
    ("change", "sizes"),
    [(as_gpt2, {"n_layer": 1, "n_embd": 64, "n_positions": 64, "vocab_size": 100}),
     (as_xlnet, {"n_layer": 1, "d_model": 64, "vocab_size": 100})],
)  # fmt: skip
def test_sizes_under_the_names_that_the_family_has(
    tmp_path: Path, change: Callable[[Path], Path], sizes: dict[str, int]
) -> None:
    folder = change(tiny_copy(tmp_path / "checkpoint"))
    edit_json(folder / "config.json", lambda content: content.update(sizes))
    found = [item.message for item in verdict_of(local(folder)).diagnostics if item.code == CODE]
    assert sorted(message.split("`")[1] for message in found) == sorted(sizes)


def test_a_head_beside_the_encoder_is_fine(tmp_path: Path) -> None:
    folder = with_prefix(tiny_copy(tmp_path / "checkpoint"), "bert.")

    def add_head(tensors: dict) -> None:
        tensors["cls.predictions.bias"] = tensors["bert.embeddings.word_embeddings.weight"][:, 0].copy()

    edit_weights(folder, add_head)
    assert codes(local(folder)) == []


def test_every_tensor_renamed(tmp_path: Path) -> None:
    found = finding(local(with_prefix(tiny_copy(tmp_path / "checkpoint"), "model.bert.")), CODE)
    assert "`model`" in found.notes[0]


@pytest.mark.parametrize(
    "config",
    [{"num_hidden_layers": 1}, {"num_hidden_layers": 12}, {"hidden_size": 256},
     {"max_position_embeddings": 512}, {"type_vocab_size": 1}, {"vocab_size": 32000}, {"vocab_size": 100}],
)  # fmt: skip
def test_other_sizes_than_declared(tmp_path: Path, config: dict[str, int]) -> None:
    overrides = declaring(tmp_path, **config)
    assert next(iter(config)) in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_sizes_that_are_not_declared_are_not_compared(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def forget(content: dict[str, object]) -> None:
        for key in (
            "type_vocab_size",
            "max_position_embeddings",
            "vocab_size",
            "num_hidden_layers",
            "hidden_size",
        ):
            del content[key]

    edit_json(folder / "config.json", forget)
    assert CODE not in codes(local(folder))


def test_an_electra_declares_the_width_of_its_embeddings_apart(tmp_path: Path) -> None:
    folder = with_prefix(tiny_copy(tmp_path / "checkpoint"), "electra.")
    wide = {"model_type": "electra", "embedding_size": 128, "hidden_size": 256}
    edit_json(folder / "config.json", lambda content: content.update(wide))
    assert CODE not in codes(local(folder))


def test_fresh_weights_need_none_that_fit(tmp_path: Path) -> None:
    assert CODE not in codes([*declaring(tmp_path, num_hidden_layers=12), "model.init=scratch"])


@pytest.mark.slow
def test_transformers_trains_on_random_tensors(tmp_path: Path) -> None:
    from transformers import AutoModel

    folder = Path(example(tmp_path)[1].partition("=")[2])
    _, report = AutoModel.from_pretrained(folder, add_pooling_layer=False, output_loading_info=True)
    assert len(report["missing_keys"]) > 30


@pytest.mark.slow
@pytest.mark.parametrize(
    "config", [{"vocab_size": 32000}, {"max_position_embeddings": 512}, {"type_vocab_size": 1}]
)
def test_transformers_refuses_other_sizes(tmp_path: Path, config: dict[str, int]) -> None:
    from transformers import AutoModel

    folder = Path(declaring(tmp_path, **config)[1].partition("=")[2])
    with pytest.raises(RuntimeError):
        AutoModel.from_pretrained(folder, add_pooling_layer=False)


@pytest.mark.parametrize("model_type", ["distilbert", "albert", "deberta-v2", "modernbert"])
def test_layers_of_another_family(tmp_path: Path, model_type: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(model_type=model_type))
    assert CODE in codes(local(folder))


@pytest.mark.slow
@pytest.mark.parametrize("model_type", sorted(PREFIXES))
@pytest.mark.parametrize("whole", [False, True])
def test_every_family_has_the_names_that_transformers_gives(
    tmp_path: Path, model_type: str, whole: bool
) -> None:
    from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

    sizes = FAMILIES[model_type][0] if model_type in OWN_SIZES else SIZES
    special = {f"{role}_token_id": index for index, role in enumerate(("pad", "cls", "sep", "bos", "eos"))}
    config = AutoConfig.for_model(model_type, vocab_size=100, **{**sizes, **special})
    kind = AutoModelForSequenceClassification if whole else AutoModel
    kind.from_config(config).save_pretrained(tmp_path / "checkpoint")
    assert CODE not in codes(local(tmp_path / "checkpoint"))
