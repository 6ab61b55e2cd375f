"""POOL002: layers are counted from 0, the embeddings, and from the end."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy, with_pooler
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "POOL002"


def example(tmp_path: Path) -> list[str]:
    """tiny has two layers."""
    return ["pooling.layer=3"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("layer", [0, 1, 2, -1, -2, -3])
def test_layers_that_are_there(layer: int) -> None:
    assert codes([f"pooling.layer={layer}"]) == []


@pytest.mark.parametrize("layer", [3, -4, 100])
def test_layers_that_are_not(layer: int) -> None:
    assert codes([f"pooling.layer={layer}"]) == [CODE]


def test_the_pooler_reads_the_last_layer(tmp_path: Path) -> None:
    overrides = [*local(with_pooler(tiny_copy(tmp_path / "checkpoint"))), "pooling=pooler"]
    for last in (-1, 2):
        assert codes([*overrides, f"pooling.layer={last}"]) == []
    assert_only([*overrides, "pooling.layer=1"], CODE)
    assert_fixes_clear([*overrides, "pooling.layer=1"], CODE)


def test_from_scratch_there_may_be_more_layers() -> None:
    deeper = ["model.init=scratch", "+model.config.num_hidden_layers=4"]
    assert codes([*deeper, "pooling.layer=4"]) == []
    assert codes([*deeper, "pooling.layer=5"]) == [CODE]


def test_distilbert_names_its_layers_otherwise(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, object]) -> None:
        content["model_type"] = "distilbert"
        content["n_layers"] = content.pop("num_hidden_layers")

    edit_json(folder / "config.json", rename)
    assert CODE not in codes([*local(folder), "pooling.layer=2"])
    assert CODE in codes([*local(folder), "pooling.layer=3"])


def test_the_catalogue_knows_without_files() -> None:
    assert CODE not in codes(["model=klue_bert", "pooling.layer=12"])
    assert finding(["model=klue_bert", "pooling.layer=13"], CODE).severity.value == "error"
