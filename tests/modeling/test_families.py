"""Every family, tensor by tensor: what is stored is what is loaded, fine-tuned and written again."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import (
    CONFIG_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from checkpoints import local
from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.checkpoint.files import open_checkpoint
from haechi.data.collate import Collator
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.description import Description
from haechi.modeling.encoder import Encoder, NewTensors, load_backbone
from haechi.modeling.save import load_model, save_model
from haechi.preflight.rules.foreign_weights import PREFIXES
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer
from judging import codes

TEXTS = ["여야, 예산안 두고 정면충돌", "프로야구 개막전 매진", "KF-21 시제기 3호 첫 비행"]
LAYERS = 4
LABELS = ["정치", "스포츠", "IT과학"]
# What stores a family's encoder under a prefix, beside a head.
TASK_MODELS = [
    (family, kind)
    for family in sorted(FAMILIES)
    for kind in (
        AutoModelForMaskedLM,
        AutoModelForPreTraining,
        AutoModelForQuestionAnswering,
        AutoModelForSequenceClassification,
        AutoModelForTokenClassification,
    )
    if CONFIG_MAPPING[family] in kind._model_mapping
]
# Config of the one, weights of the other, under the names that task models store them by.
FOREIGN = [
    ("bert", "roberta"), ("roberta", "bert"), ("electra", "bert"), ("bert", "electra"), ("albert", "bert"),
    ("distilbert", "bert"), ("xlm-roberta", "deberta-v2"), ("deberta-v2", "roberta"), ("modernbert", "bert"),
    ("gpt2", "bert"), ("gpt2", "xlnet"), ("xlnet", "gpt2"),
]  # fmt: skip

each_family = pytest.mark.parametrize("family", sorted(FAMILIES))


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each family's checkpoint is kept."""
    return tmp_path_factory.mktemp("families")


@pytest.fixture
def folder(tmp_path: Path, originals: Path, family: str) -> Path:
    """A checkpoint of the family, all of whose tensors differ from those that a new model starts with."""
    return Path(shutil.copytree(written(originals, family), tmp_path / "checkpoint"))


def written(originals: Path, family: str) -> Path:
    original = originals / family
    if not original.is_dir():
        write_family(original, family)
        chance = torch.Generator().manual_seed(1)
        stored = load_file(original / "model.safetensors")
        drawn = {name: torch.randn(value.shape, generator=chance) / 5 for name, value in stored.items()}
        store(original, drawn)
    return original


def store(folder: Path, tensors: dict[str, Tensor]) -> None:
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def loaded(folder: Path, *, with_pooler: bool | None = None) -> dict[str, Tensor]:
    """The tensors of the backbone that is loaded."""
    wanted = bool(open_checkpoint(folder).has_pooler) if with_pooler is None else with_pooler
    return load_backbone(folder, {}, Init.pretrained, with_pooler=wanted).state_dict()


def assert_equal(found: dict[str, Tensor], stored: dict[str, Tensor]) -> None:
    """The same names, and the same bits under each."""
    assert found.keys() == stored.keys()
    assert [name for name, value in found.items() if not torch.equal(value, stored[name])] == []


def batch_of(tokenizer: RuntimeTokenizer, filling: int | None = None) -> dict[str, Tensor]:
    """The texts as a padded batch, with segment ids."""
    collate = Collator(tokenizer.padding_id if filling is None else filling)
    return collate(
        [{"input_ids": item.ids, "token_type_ids": item.type_ids} for item in tokenizer.encode_whole(TEXTS)]
    )


def taken_by(model: TextModel, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The part of a batch that the stock model of the family should get."""
    return {k: v for k, v in batch.items() if k != "token_type_ids" or model.encoder.takes_token_type_ids}


def text_model(folder: Path) -> TextModel:
    torch.manual_seed(3)
    backbone = load_backbone(
        folder, {}, Init.pretrained, with_pooler=bool(open_checkpoint(folder).has_pooler)
    )
    return assemble(backbone, PoolingConfig(kind="mean"), len(LABELS))


@each_family
def test_what_is_stored_is_loaded_to_the_last_bit(folder: Path) -> None:
    assert_equal(loaded(folder), load_file(folder / "model.safetensors"))


@each_family
def test_vectors_of_every_layer_are_those_of_auto_model(folder: Path, family: str) -> None:
    model = text_model(folder).eval()
    batch = batch_of(build_tokenizer(folder))
    stock = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        ours = Encoder(model.encoder.backbone, all_layers=True)(**batch)
        theirs = stock(**taken_by(model, batch), output_hidden_states=True)
    assert len(ours.layers_BTD) == LAYERS + 1
    for own, other in zip(ours.layers_BTD, theirs.hidden_states, strict=True):
        assert torch.equal(own, other)
    assert torch.equal(ours.layers_BTD[-1], theirs.last_hidden_state)
    assert (ours.pooler_BD is not None) == (family in WITH_POOLER)
    if ours.pooler_BD is not None:
        assert torch.equal(ours.pooler_BD, theirs.pooler_output)


@pytest.mark.parametrize(("family", "kind"), TASK_MODELS)
def test_a_task_models_encoder_is_the_same(folder: Path, family: str, kind: Any) -> None:
    base = load_file(folder / "model.safetensors")
    kind.from_pretrained(folder).save_pretrained(folder)
    stored, prefix = load_file(folder / "model.safetensors"), f"{PREFIXES[family]}."
    encoder = {name.removeprefix(prefix): v for name, v in stored.items() if name.startswith(prefix)}
    # Some heads do without the pooler; whatever else is stored beside the encoder is the head's.
    assert {name for name in base.keys() - encoder.keys() if not name.startswith("pooler.")} == set()
    assert_equal(loaded(folder), encoder)
    assert_equal(encoder, {name: base[name] for name in encoder})
    assert "MODEL006" not in codes(local(folder))


@each_family
def test_missing_tensors_stop_the_run_and_are_named(folder: Path, family: str) -> None:
    stored = load_file(folder / "model.safetensors")
    names = sorted(stored)
    for gone in (names[::2], names[1::2], names[:1]):
        store(folder, {name: value for name, value in stored.items() if name not in gone})
        with pytest.raises(NewTensors) as raised:
            loaded(folder, with_pooler=family in WITH_POOLER)
        assert raised.value.names == gone
        assert gone[0] in str(raised.value)


@pytest.mark.parametrize(("family", "other"), FOREIGN)
def test_another_familys_weights_are_refused(folder: Path, originals: Path, other: str) -> None:
    tensors = load_file(written(originals, other) / "model.safetensors")
    store(folder, {f"{PREFIXES[other]}.{name}": value for name, value in tensors.items()})
    assert "MODEL006" in codes(local(folder))
    with pytest.raises(NewTensors) as raised:
        loaded(folder)
    expected = AutoModel.from_config(AutoConfig.from_pretrained(folder)).state_dict()
    assert {name for name in expected if not name.startswith("pooler.")} <= set(raised.value.names)


@each_family
def test_a_fine_tuned_model_is_the_same_wherever_it_is_loaded(folder: Path, tmp_path: Path) -> None:
    model, tokenizer = text_model(folder).train(), build_tokenizer(folder)
    batch = batch_of(tokenizer)
    before = {name: value.clone() for name, value in model.encoder.backbone.state_dict().items()}
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    torch.nn.functional.cross_entropy(model(**batch)["logits"], torch.tensor([0, 1, 2])).backward()
    optimizer.step()
    tuned = model.eval().encoder.backbone.state_dict()
    assert sum(not torch.equal(value, before[name]) for name, value in tuned.items()) > len(tuned) / 2
    types = model.encoder.takes_token_type_ids
    description = Description(
        "classification", asdict(PoolingConfig(kind="mean")), LABELS, 32, types, text_pair=False
    )
    save_model(model, tokenizer, description, tmp_path / "model")
    assert_equal(load_file(tmp_path / "model" / "model.safetensors"), tuned)

    stock = AutoTokenizer.from_pretrained(tmp_path / "model")
    theirs = stock(TEXTS, padding=True, return_tensors="pt")
    ours = taken_by(model, batch)
    assert theirs.keys() == ours.keys()
    assert all(torch.equal(theirs[name], value) for name, value in ours.items())
    with torch.inference_mode():
        vectors = model.encoder(**batch).layers_BTD[-1]
        again = AutoModel.from_pretrained(tmp_path / "model").eval()(**theirs).last_hidden_state
        assert torch.equal(again, vectors)
        reloaded, _ = load_model(tmp_path / "model")
        assert torch.equal(reloaded(**batch)["logits"], model(**batch)["logits"])


@pytest.mark.parametrize(
    ("family", "key"),
    [("bert", "hidden_dropout_prob"), ("electra", "hidden_dropout_prob"), ("roberta", "classifier_dropout"),
     ("distilbert", "seq_classif_dropout"), ("albert", "classifier_dropout_prob"),
     ("deberta-v2", "hidden_dropout_prob"), ("modernbert", "classifier_dropout"),
     ("xlnet", "summary_last_dropout"), ("gpt2", "resid_pdrop")],
)  # fmt: skip
def test_the_heads_dropout_is_the_one_of_the_familys_own_head(folder: Path, key: str) -> None:
    for share in (0.0, 0.37):
        backbone = load_backbone(folder, {key: share}, Init.pretrained, with_pooler=False)
        assert assemble(backbone, PoolingConfig(kind="mean"), 2).head.dropout.p == share


@each_family
def test_it_matters_to_no_vector_what_fills_a_row(folder: Path) -> None:
    model, tokenizer = text_model(folder).eval(), build_tokenizer(folder)
    ours, other = batch_of(tokenizer), batch_of(tokenizer, filling=77)
    assert not torch.equal(ours["input_ids"], other["input_ids"])
    with torch.inference_mode():
        assert torch.equal(model(**ours)["logits"], model(**other)["logits"])
