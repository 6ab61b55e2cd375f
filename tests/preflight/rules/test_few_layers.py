"""POOL007: poolings over more layers than there are."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import tagged_task

CODE = "POOL007"


def example(tmp_path: Path) -> list[str]:
    """A checkpoint of two layers that is not Haechi's own."""
    return [*local(tiny_copy(tmp_path / "checkpoint")), "pooling=last_four"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "reads 4 layers, and the model has 2" in found.message
    assert_fixes_clear(overrides, CODE)


def test_tiny_has_a_note_alone() -> None:
    assert finding(["pooling=last_four"], CODE).severity.value == "note"
    assert codes(["pooling=first_last"]) == []


@pytest.mark.parametrize(("kind", "enough"), [("last_four", 4), ("first_last", 2)])
def test_as_many_layers_as_are_read(kind: str, enough: int) -> None:
    for layers in (1, 2, 3, 4, 5):
        overrides = ["model.init=scratch", f"+model.config.num_hidden_layers={layers}", f"pooling={kind}"]
        assert (CODE in codes(overrides)) == (layers < enough)


def test_distilbert_names_its_layers_otherwise(tmp_path: Path) -> None:
    overrides = example(tmp_path)

    def rename(content: dict[str, object]) -> None:
        content["model_type"] = "distilbert"
        content["n_layers"] = content.pop("num_hidden_layers")

    edit_json(tmp_path / "checkpoint" / "config.json", rename)
    assert CODE in codes(overrides)


def test_the_catalogue_knows_without_files() -> None:
    assert CODE not in codes(["model=klue_roberta_small", "pooling=last_four"])


def test_other_poolings_read_one_layer(tmp_path: Path) -> None:
    for kind in ("mean", "cls", "weighted_mean"):
        assert codes([f"pooling={kind}"]) == []
    assert CODE not in codes([*example(tmp_path), *tagged_task(tmp_path)])
