"""What the small files beside a vocabulary declare."""

import json
from pathlib import Path

import pytest

from checkpoints import english_bpe, tiny_copy
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.declared import read_declared


@pytest.mark.parametrize("index", [-1, 2**32, True, "0", 1.0, [0]])
def test_what_is_no_id_names_no_token(tmp_path: Path, index: object) -> None:
    """Of a causal model, whose other files may name no token at all."""
    folder = english_bpe(tiny_copy(tmp_path / "gpt2"))
    config = {"model_type": "gpt2", "pad_token_id": index, "eos_token_id": 2}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    assert read_declared(folder).ids == {"eos": 2}
    assert build_tokenizer(folder).tokens == {"eos": "</s>"}
