"""Added tokens in a saved folder: plain transformers finds the same ids, the same rows, the same kinds."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from checkpoints import local
from families import FAMILIES, write_family
from haechi.compose import compose
from haechi.modeling.assemble import TextModel
from haechi.modeling.build import build_model
from haechi.modeling.description import Description
from haechi.modeling.save import save_model
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer
from slots import KINDS, with_slots

TEXTS = ["<e1>새말</e1>은 정부의 예산안", "새말 <e1>", "정부의 예산안"]
ADDED = ["tokenizer.add_tokens=['새말']", "tokenizer.add_special_tokens=['<e1>','</e1>']"]


def saved(folder: Path, checkpoint: Path, *more: str) -> tuple[Path, TextModel, RuntimeTokenizer]:
    """What a run on a checkpoint with three added tokens leaves before its first step."""
    composed = compose([*local(checkpoint), *ADDED, "tokenizer.max_length=32", *more])
    evidence = Evidence(resolve(composed, composed.hydra))
    model = build_model(evidence.whole, evidence, outputs=2).eval()
    tokenizer = evidence.final_tokenizer
    description = Description("classification", {"kind": "mean"}, ["a", "b"], 32, False, False)
    save_model(model, tokenizer, description, folder)
    return folder, model, tokenizer


def assert_same(folder: Path, model: TextModel, tokenizer: RuntimeTokenizer) -> None:
    """Ids, kinds and rows through AutoTokenizer and AutoModel are those that trained."""
    stock = AutoTokenizer.from_pretrained(folder)
    assert stock(TEXTS)["input_ids"] == [item.ids for item in tokenizer.encode_whole(TEXTS)]
    assert len(stock) == tokenizer.length
    assert {"<e1>", "</e1>"} <= set(stock.all_special_tokens)
    assert "새말" not in stock.all_special_tokens
    assert "".join(stock.decode(stock(TEXTS[1])["input_ids"], skip_special_tokens=True).split()) == "새말"
    assert build_tokenizer(folder).fingerprint == tokenizer.fingerprint
    ours = model.encoder.backbone
    theirs = AutoModel.from_pretrained(folder)
    rows = theirs.get_input_embeddings().weight
    assert torch.equal(rows, ours.get_input_embeddings().weight)
    assert theirs.config.vocab_size == len(rows) > tokenizer.max_id
    assert theirs.get_input_embeddings().padding_idx == ours.get_input_embeddings().padding_idx


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("spare_rows", [0, 64])
def test_every_family(tmp_path: Path, family: str, spare_rows: int) -> None:
    checkpoint = write_family(tmp_path / "checkpoint", family)
    length = build_tokenizer(checkpoint).length
    if spare_rows:
        checkpoint = write_family(tmp_path / "spare", family, vocab_size=length + spare_rows)
    folder, model, tokenizer = saved(tmp_path / "model", checkpoint, "tokenizer.new_tokens=resize")
    assert tokenizer.length == length + 3
    assert len(model.encoder.backbone.get_input_embeddings().weight) == length + (spare_rows or 3)
    assert_same(folder, model, tokenizer)
    if family in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        masked = AutoModelForMaskedLM.from_pretrained(folder)
        output, rows = masked.get_output_embeddings(), model.encoder.backbone.get_input_embeddings().weight
        assert torch.equal(output.weight, rows)
        assert output.weight is masked.get_input_embeddings().weight
        assert output.bias.shape == rows.shape[:1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_slot(tmp_path: Path, kind: str) -> None:
    source = with_slots(tmp_path / "tokenizer", KINDS[kind])
    family = {"wordpiece": "bert", "bytes": "modernbert", "unigram": "deberta-v2"}[KINDS[kind].tokenizer]
    checkpoint = write_family(tmp_path / "checkpoint", family, tokenizer=source)
    length = build_tokenizer(checkpoint).length
    folder, model, tokenizer = saved(tmp_path / "model", checkpoint)
    assert len(model.encoder.backbone.get_input_embeddings().weight) == tokenizer.length == length
    assert_same(folder, model, tokenizer)
