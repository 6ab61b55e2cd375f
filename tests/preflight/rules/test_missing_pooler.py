"""POOL001: by the header where the weights are here, by the catalogue where they are not."""

from pathlib import Path

import pytest

from checkpoints import as_gpt2, local, tiny_copy, with_pooler
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "POOL001"


def example(tmp_path: Path) -> list[str]:
    """tiny is made without a pooler."""
    return ["pooling=pooler"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)


def test_a_stored_pooler_is_trusted(tmp_path: Path) -> None:
    folder = with_pooler(tiny_copy(tmp_path / "checkpoint"))
    assert CODE not in codes(["model=local", f"model.checkpoint={folder}", "pooling=pooler"])


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_other_poolings_need_none(pooling: str) -> None:
    assert codes([f"pooling={pooling}"]) == []


def test_the_catalogue_knows_without_files() -> None:
    assert finding(["model=klue_roberta_base", "pooling=pooler"], CODE).severity.value == "error"
    assert CODE not in codes(["model=klue_bert", "pooling=pooler"])


def test_a_causal_model_is_not_offered_its_first_token(tmp_path: Path) -> None:
    overrides = [*local(as_gpt2(tiny_copy(tmp_path / "gpt2"))), "pooling=pooler"]
    assert finding(overrides, CODE).fixes == [["pooling=mean"], ["pooling=last_token"]]
