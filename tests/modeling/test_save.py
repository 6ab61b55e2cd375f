"""A saved model: the same numbers through our own loading, AutoModel and SentenceTransformer."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from checkpoints import as_roberta, edit_json, tiny_copy
from haechi.data.collate import Collator
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.modeling.save import Description, load_model, save_model
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

TEXTS = ["여야, 예산안 두고 정면충돌", "프로야구 개막전 매진", "KF-21 시제기 3호 첫 비행"]
LABELS = ["정치", "스포츠", "IT과학"]


def saved(tmp_path: Path, family: str, pooling: str) -> tuple[Path, TextModel, RuntimeTokenizer]:
    folder = tiny_copy(tmp_path / "checkpoint")
    if family == "roberta":
        as_roberta(folder)
    # What transformers would misread: it takes Hangul apart unless this key is there.
    edit_json(folder / "tokenizer_config.json", lambda content: content.pop("do_lower_case"))
    torch.manual_seed(0)
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    model = assemble(backbone, PoolingConfig(kind=pooling), len(LABELS)).eval()
    tokenizer = build_tokenizer(folder)
    types = family == "bert"
    description = Description("classification", {"kind": pooling, "layer": -1}, LABELS, 32, types, False)
    save_model(model, tokenizer, description, tmp_path / "model")
    return tmp_path / "model", model, tokenizer


def batch_of(tokenizer: RuntimeTokenizer) -> dict[str, torch.Tensor]:
    encodings = tokenizer.encode(TEXTS, None, 32)
    return Collator(tokenizer.id("pad") or 0)([{"input_ids": item.ids} for item in encodings])


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_a_loaded_model_gives_the_same_logits(tmp_path: Path, pooling: str) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", pooling)
    loaded, description = load_model(folder)
    batch = batch_of(tokenizer)
    assert description.labels == LABELS
    with torch.inference_mode():
        assert torch.equal(loaded(**batch)["logits"], model(**batch)["logits"])


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_auto_tokenizer_gives_the_ids_that_trained(tmp_path: Path, family: str) -> None:
    folder, _, tokenizer = saved(tmp_path, family, "mean")
    stock = AutoTokenizer.from_pretrained(folder)
    assert stock(TEXTS)["input_ids"] == [item.ids for item in tokenizer.encode_whole(TEXTS)]
    pairs = stock(TEXTS[:2], TEXTS[1:])
    ours = tokenizer.encode_whole(TEXTS[:2], TEXTS[1:])
    assert pairs["input_ids"] == [item.ids for item in ours]
    if family == "bert":
        assert pairs["token_type_ids"] == [item.type_ids for item in ours]
    else:
        assert "token_type_ids" not in pairs
    assert stock.pad_token_id == tokenizer.id("pad")


def test_auto_model_gives_the_encoders_vectors(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean")
    batch = batch_of(tokenizer)
    stock = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        ours = model.encoder(**batch).layers_BTD[-1]
        assert torch.equal(stock(**batch).last_hidden_state, ours)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_sentence_transformer_gives_the_pooled_vectors(tmp_path: Path, pooling: str) -> None:
    from sentence_transformers import SentenceTransformer

    folder, model, tokenizer = saved(tmp_path, "bert", pooling)
    vectors = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, convert_to_tensor=True)
    with torch.inference_mode():
        ours = model.pooling(model.encoder(**batch_of(tokenizer)))
    assert torch.allclose(vectors, ours, atol=1e-5)


def test_a_folder_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    folder, _, _ = saved(tmp_path, "bert", "mean")
    edit_json(folder / "haechi.json", lambda content: content.update(format=99))
    with pytest.raises(ValueError, match="newer Haechi"):
        load_model(folder)


def test_a_folder_is_complete_or_not_there(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean")
    description = Description("classification", {"kind": "mean", "layer": -1}, LABELS, 32, True, False)
    with pytest.raises(FileExistsError):
        save_model(model, tokenizer, description, folder)
    assert load_model(folder)[1].labels == LABELS
