"""Combinations of model and tokenizer that look odd and fit: nothing worse than a note."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checkpoints import as_roberta, edit_json, edit_weights, local, tiny_copy, tokenizer_of
from judging import verdict_of
from tasks import pair_task

POOLINGS = ("cls", "mean", "first_last", "last_token")


def loud(overrides: list[str]) -> list[str]:
    """What is worse than a note."""
    found = verdict_of(overrides).diagnostics
    return [item.as_text() for item in found if item.severity.value != "note"]


def with_spare_rows(folder: Path, rows: int) -> Path:
    """More embedding rows than the tokenizer has entries, as mDeBERTa and ModernBERT have."""

    def change(tensors: dict[str, np.ndarray]) -> None:
        name = "embeddings.word_embeddings.weight"
        tensors[name] = np.vstack([tensors[name], tensors[name][:rows]])

    edit_weights(folder, change)
    edit_json(folder / "config.json", lambda content: content.update(vocab_size=content["vocab_size"] + rows))
    return folder


def as_small_electra(folder: Path) -> Path:
    """Turn a copy of tiny into an ELECTRA with embeddings of half the width, as the small ones have."""

    def narrow(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        half = tensors["embeddings.word_embeddings.weight"].shape[1] // 2
        found = {
            name: array[..., :half].copy() if name.startswith("embeddings.") else array
            for name, array in tensors.items()
        }
        found["embeddings_project.weight"] = np.zeros((2 * half, half), np.float32)
        found["embeddings_project.bias"] = np.zeros(2 * half, np.float32)
        return {f"electra.{name}": array for name, array in found.items()}

    edit_weights(folder, narrow)

    def rename(content: dict[str, Any]) -> None:
        content |= {"model_type": "electra", "architectures": ["ElectraForPreTraining"]}
        content["embedding_size"] = content["hidden_size"] // 2

    edit_json(folder / "config.json", rename)
    return folder


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_sibling_has_the_same_vocabulary_under_another_name(tmp_path: Path, pooling: str) -> None:
    large = tokenizer_of(as_roberta(tiny_copy(tmp_path / "large")), tmp_path / "tokenizer")
    small = as_roberta(tiny_copy(tmp_path / "small"))
    assert loud([*local(small), "tokenizer=local", f"tokenizer.source={large}", f"pooling={pooling}"]) == []


@pytest.mark.parametrize("rows", [1, 64])
def test_rows_beyond_the_tokenizers_length(tmp_path: Path, rows: int) -> None:
    overrides = local(with_spare_rows(tiny_copy(tmp_path / "checkpoint"), rows))
    assert loud(overrides) == []
    assert loud([*overrides, *pair_task(tmp_path)]) == []
    assert loud([*overrides, "tokenizer.add_special_tokens=['[E1]']", "tokenizer.new_tokens=resize"]) == []


def test_embeddings_narrower_than_the_model(tmp_path: Path) -> None:
    folder = as_small_electra(tiny_copy(tmp_path / "electra"))
    for pooling in POOLINGS:
        assert loud([*local(folder), f"pooling={pooling}"]) == []


def test_first_and_last_tokens_that_are_called_otherwise(tmp_path: Path) -> None:
    """skt/A.X-Encoder-base: `<cls>` and `<sep>` are declared, texts begin with `<s>` and end with `<\\s>`."""
    folder = tiny_copy(tmp_path / "encoder")
    known = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    names = {"cls_token": "[unused3]", "sep_token": "[unused1]"}
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(names))
    ids = {"cls_token_id": known["[CLS]"], "sep_token_id": known["[SEP]"]}
    edit_json(folder / "config.json", lambda content: content.update(ids))
    for pooling in POOLINGS:
        assert loud([*local(folder), f"pooling={pooling}"]) == []


@pytest.mark.parametrize("revision", ["main", "v2021", "v2022", "v2023"])
def test_revisions_with_vocabularies_of_their_own(revision: str) -> None:
    """KcELECTRA's vocabulary differs by revision; without its files nothing is held against it."""
    found = verdict_of(["model=kcelectra", f"model.revision={revision}"]).diagnostics
    assert [item.code for item in found if item.severity.value == "error"] == ["MODEL001"]
    assert not [item.code for item in found if item.code.startswith(("TOK", "VOC", "POS", "POOL"))]


def test_a_wanted_crossing_is_a_warning_and_no_more(tmp_path: Path) -> None:
    bert = tokenizer_of(tiny_copy(tmp_path / "bert"), tmp_path / "tokenizer")
    roberta = as_roberta(tiny_copy(tmp_path / "roberta"))
    crossed = [*local(roberta), "tokenizer=local", f"tokenizer.source={bert}", "tokenizer.allow_cross=true"]
    verdict = verdict_of(crossed)
    assert not verdict.refused
    assert {item.code for item in verdict.diagnostics if item.severity.value == "warning"} == {"TOK004"}
