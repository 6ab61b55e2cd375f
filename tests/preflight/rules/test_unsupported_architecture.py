"""MODEL005: architectures that Haechi does not fine-tune."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from haechi.checkpoint.architectures import ENCODERS
from judging import assert_fixes_clear, assert_only, codes

CODE = "MODEL005"


def example(tmp_path: Path) -> list[str]:
    """An encoder with a decoder."""
    return named(tmp_path, "t5")


def named(tmp_path: Path, model_type: str | None, **config: object) -> list[str]:
    """A checkpoint whose config.json names an architecture."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(config, model_type=model_type))
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("model_type", ["t5", "BERT", None, ""])
def test_others_are_refused(tmp_path: Path, model_type: str | None) -> None:
    assert_only(named(tmp_path, model_type), CODE)


def test_code_that_comes_with_a_known_architecture_changes_nothing(tmp_path: Path) -> None:
    assert_only(named(tmp_path, "t5", auto_map={"AutoModel": "modeling.MyModel"}), CODE)


@pytest.mark.parametrize("model_type", sorted(ENCODERS))
def test_supported_families(tmp_path: Path, model_type: str) -> None:
    assert CODE not in codes(named(tmp_path, model_type))


def test_a_key_of_an_unknown_architecture_is_not_judged(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "+model.config.d_model=64"]) == [CODE]
