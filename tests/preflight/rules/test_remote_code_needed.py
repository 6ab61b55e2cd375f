"""SEC003: code that comes with a checkpoint."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "SEC003"
MAP = {"AutoConfig": "configuration.MyConfig", "AutoModel": "modeling.MyBert"}


def example(tmp_path: Path) -> list[str]:
    """An architecture that only its own code knows."""
    return named(tmp_path, "my_bert")


def named(tmp_path: Path, model_type: str | None, auto_map: object = MAP) -> list[str]:
    """A checkpoint whose config.json names an architecture and asks for code."""
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(
        folder / "config.json", lambda content: content.update(model_type=model_type, auto_map=auto_map)
    )
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "error"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("model_type", [None, "", "kobert"])
def test_an_architecture_that_nobody_names(tmp_path: Path, model_type: str | None) -> None:
    assert_only(named(tmp_path, model_type), CODE)


def test_the_code_is_named(tmp_path: Path) -> None:
    assert "configuration.MyConfig, modeling.MyBert" in finding(example(tmp_path), CODE).notes[0]
    (tmp_path / "other").mkdir()
    assert "modeling.py" in finding(named(tmp_path / "other", "my_bert", "modeling.py"), CODE).notes[0]


@pytest.mark.parametrize("model_type", ["bert", "roberta"])
def test_beside_a_supported_architecture_it_is_a_note(tmp_path: Path, model_type: str) -> None:
    assert finding(named(tmp_path, model_type), CODE).severity.value == "note"


def test_a_known_architecture_is_another_matter(tmp_path: Path) -> None:
    assert CODE not in codes(named(tmp_path, "t5"))


@pytest.mark.slow
def test_transformers_uses_the_class_that_is_built_in(tmp_path: Path) -> None:
    from transformers import AutoModel, BertModel

    named(tmp_path, "bert")
    loaded = AutoModel.from_pretrained(tmp_path / "checkpoint", trust_remote_code=False)
    assert isinstance(loaded, BertModel)
