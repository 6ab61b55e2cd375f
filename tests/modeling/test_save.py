"""A saved model: the same numbers through our own loading, AutoModel and SentenceTransformer."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer, XLNetConfig, XLNetModel

from checkpoints import as_roberta, edit_json, tiny_copy
from families import headlines, write_family
from haechi.data.collate import Collator
from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.description import Description
from haechi.modeling.encoder import load_backbone
from haechi.modeling.save import SENTENCE_TRANSFORMERS, load_model, save_model
from haechi.predict import load_predictor
from haechi.schema.model import Init
from haechi.schema.pooling import Combine, PoolingConfig
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer
from sentencepieces import UNUSUAL, write_kobert

TEXTS = ["여야, 예산안 두고 정면충돌", "프로야구 개막전 매진", "KF-21 시제기 3호 첫 비행"]
LABELS = ["정치", "스포츠", "IT과학"]


def saved(tmp_path: Path, family: str, pooling: str, **keys: Any) -> tuple[Path, TextModel, RuntimeTokenizer]:
    folder = tiny_copy(tmp_path / "checkpoint")
    if family == "roberta":
        as_roberta(folder)
    # What transformers would misread: it takes Hangul apart unless this key is there.
    edit_json(folder / "tokenizer_config.json", lambda content: content.pop("do_lower_case"))
    torch.manual_seed(0)
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    config = PoolingConfig(kind=pooling, **keys)
    model = assemble(backbone, config, len(LABELS)).eval()
    for parameter in model.pooling.parameters():
        nn.init.normal_(parameter)
    tokenizer = build_tokenizer(folder)
    types = family == "bert"
    description = Description("classification", asdict(config), LABELS, 32, types, False)
    save_model(model, tokenizer, description, tmp_path / "model")
    return tmp_path / "model", model, tokenizer


def batch_of(tokenizer: RuntimeTokenizer, *, special_tokens: bool = False) -> dict[str, torch.Tensor]:
    items: list[dict[str, Any]] = []
    for encoding in tokenizer.encode(TEXTS, None, 32):
        items.append({"input_ids": encoding.ids})
        if special_tokens:
            items[-1]["special_tokens_mask"] = encoding.special_tokens_mask
    return Collator(tokenizer.id("pad") or 0)(items)


@pytest.mark.parametrize(
    ("pooling", "keys"),
    [
        ("cls", {}),
        ("mean", {}),
        ("max", {}),
        ("attention", {"attention_hidden_size": 9}),
        ("first_last", {}),
        ("last_four", {"combine": Combine.concat}),
    ],
)
def test_a_loaded_model_gives_the_same_logits(tmp_path: Path, pooling: str, keys: dict[str, Any]) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", pooling, **keys)
    loaded, description = load_model(folder)
    batch = batch_of(tokenizer)
    assert description.labels == LABELS
    with torch.inference_mode():
        assert torch.equal(loaded(**batch)["logits"], model(**batch)["logits"])


def test_a_folder_that_knows_kind_and_layer_only_is_read(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean")
    older = {"format": 1, "pooling": {"kind": "mean", "layer": -1}}
    edit_json(folder / "haechi.json", lambda content: content.update(older))
    batch = batch_of(tokenizer)
    with torch.inference_mode():
        assert torch.equal(load_model(folder)[0](**batch)["logits"], model(**batch)["logits"])


def test_predictions_leave_the_special_tokens_out_where_the_training_did(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean", include_special_tokens=False)
    with torch.inference_mode():
        logits = model(**batch_of(tokenizer, special_tokens=True))["logits"]
    expected = logits.softmax(dim=-1).max(dim=-1).values.tolist()
    found = load_predictor(folder)([{"text": text} for text in TEXTS])
    assert [row["score"] for row in found] == pytest.approx(expected, abs=1e-6)


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


@pytest.mark.parametrize("layout", ["skt", "monologg"])
def test_auto_tokenizer_gives_the_ids_of_a_bare_sentencepiece_model(tmp_path: Path, layout: str) -> None:
    checkpoint = write_kobert(tmp_path / "kobert", layout)
    tokenizer = build_tokenizer(checkpoint)
    backbone = load_backbone(checkpoint, {}, Init.pretrained, with_pooler=False)
    pooling = PoolingConfig(kind="mean")
    model = assemble(backbone, pooling, len(LABELS))
    description = Description("classification", asdict(pooling), LABELS, 64, True, False)
    save_model(model, tokenizer, description, tmp_path / "model")
    stock = AutoTokenizer.from_pretrained(tmp_path / "model")
    texts = [*headlines(), *UNUSUAL]
    ours = tokenizer.encode_whole_with_offsets(texts)
    assert stock(texts)["input_ids"] == [item.ids for item in ours]
    pairs, expected = stock(texts[:-1], texts[1:]), tokenizer.encode_whole(texts[:-1], texts[1:])
    assert pairs["input_ids"] == [item.ids for item in expected]
    assert pairs["token_type_ids"] == [item.type_ids for item in expected]
    assert (len(stock), stock.padding_side) == (backbone.config.vocab_size, "right")
    assert stock.all_special_ids == [tokenizer.id(role) for role in ("cls", "sep", "unk", "pad", "mask")]


def test_auto_model_gives_the_encoders_vectors(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean")
    batch = batch_of(tokenizer)
    stock = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        ours = model.encoder(**batch).layers_BTD[-1]
        assert torch.equal(stock(**batch).last_hidden_state, ours)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", sorted(SENTENCE_TRANSFORMERS))
def test_sentence_transformer_gives_the_pooled_vectors(tmp_path: Path, pooling: str) -> None:
    from sentence_transformers import SentenceTransformer

    folder, model, tokenizer = saved(tmp_path, "bert", pooling)
    vectors = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, convert_to_tensor=True)
    with torch.inference_mode():
        ours = model.pooling(model.encoder(**batch_of(tokenizer)))
    assert torch.allclose(vectors, ours, atol=1e-5)


@pytest.mark.slow
def test_sentence_transformer_reads_xlnets_cls_where_it_is(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    torch.manual_seed(0)
    size = {"vocab_size": tokenizer.length, "pad_token_id": tokenizer.id("pad")}
    backbone = XLNetModel(XLNetConfig(**size, d_model=16, n_layer=2, n_head=2, d_inner=16))
    config = PoolingConfig(kind="cls")
    model = assemble(backbone, config, len(LABELS)).eval()
    description = Description("classification", asdict(config), LABELS, 32, True, False)
    save_model(model, tokenizer, description, tmp_path / "model")
    vectors = SentenceTransformer(str(tmp_path / "model"), device="cpu").encode(TEXTS, convert_to_tensor=True)
    with torch.inference_mode():
        ours = model.pooling(model.encoder(**batch_of(tokenizer)))
    assert torch.allclose(vectors, ours, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "last_token"])
def test_sentence_transformer_fills_the_rows_of_a_gpt2(tmp_path: Path, pooling: str) -> None:
    """Its vocabulary names no padding token."""
    from sentence_transformers import SentenceTransformer

    folder = write_family(tmp_path / "checkpoint", "gpt2")
    backbone, tokenizer = (
        load_backbone(folder, {}, Init.pretrained, with_pooler=False),
        build_tokenizer(folder),
    )
    config = PoolingConfig(kind=pooling)
    model = assemble(backbone, config, len(LABELS)).eval()
    description = Description("classification", asdict(config), LABELS, 64, False, False)
    save_model(model, tokenizer, description, tmp_path / "model")
    vectors = SentenceTransformer(str(tmp_path / "model"), device="cpu").encode(TEXTS, convert_to_tensor=True)
    items = [{"input_ids": item.ids} for item in tokenizer.encode(TEXTS, None, 64)]
    with torch.inference_mode():
        ours = model.pooling(model.encoder(**Collator(tokenizer.padding_id)(items)))
    assert torch.allclose(vectors, ours, atol=1e-5)


@pytest.mark.parametrize(
    ("pooling", "keys"),
    [("mean", {"include_special_tokens": False}), ("mean", {"layer": 1}), ("attention", {})],
)
def test_sentence_transformer_is_offered_no_other_pooling(
    tmp_path: Path, pooling: str, keys: dict[str, Any]
) -> None:
    folder, _, _ = saved(tmp_path, "bert", pooling, **keys)
    assert not (folder / "modules.json").exists()


def test_a_folder_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    folder, _, _ = saved(tmp_path, "bert", "mean")
    edit_json(folder / "haechi.json", lambda content: content.update(format=99))
    with pytest.raises(RunFault, match="newer Haechi"):
        load_model(folder)


def test_a_folder_is_complete_or_not_there(tmp_path: Path) -> None:
    folder, model, tokenizer = saved(tmp_path, "bert", "mean")
    description = Description("classification", {"kind": "mean", "layer": -1}, LABELS, 32, True, False)
    with pytest.raises(FileExistsError):
        save_model(model, tokenizer, description, folder)
    assert load_model(folder)[1].labels == LABELS
