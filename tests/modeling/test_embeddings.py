"""Room for new tokens: never less, each with a start of its own."""

from pathlib import Path

import pytest
import torch

from checkpoints import tiny_copy
from haechi.modeling.embeddings import make_room
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import add_tokens

MARKERS = ["<subj>", "</subj>", "<obj>", "</obj>"]


@pytest.mark.parametrize("policy", list(NewTokens))
def test_new_rows_differ_and_old_ones_stay(tmp_path: Path, policy: NewTokens) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    before = model.get_input_embeddings().weight.detach().clone()
    tokenizer, added = add_tokens(build_tokenizer(folder), [], MARKERS, policy)
    make_room(model, added, tokenizer.max_id + 1)
    after = model.get_input_embeddings().weight.detach()
    new = [token.index for token in added]
    assert (
        after.shape[0]
        == model.config.vocab_size
        == before.shape[0] + (4 if policy is NewTokens.resize else 0)
    )
    kept = [index for index in range(before.shape[0]) if index not in new]
    assert torch.equal(after[kept], before[kept])
    distances = torch.pdist(after[new])
    assert (distances > 1e-3).all()


def test_a_larger_table_is_never_made_smaller(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    rows = model.get_input_embeddings().weight.shape[0]
    make_room(model, [], rows - 100)
    assert model.get_input_embeddings().weight.shape[0] == model.config.vocab_size == rows
