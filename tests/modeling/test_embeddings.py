"""Room for new tokens: never less, each with a start of its own, and nothing else of the model changed."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoModel, AutoModelForMaskedLM, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from checkpoints import tiny_copy
from families import FAMILIES, write_family
from haechi.modeling.embeddings import NONE, OWN, SHARED, make_room
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import NewToken, add_tokens
from slots import KINDS, with_slots

MARKERS = ["<subj>", "</subj>", "<obj>", "</obj>"]
every_family = pytest.mark.parametrize("family", FAMILIES)
every_masked_family = pytest.mark.parametrize(
    "family", [family for family in FAMILIES if family in MODEL_FOR_MASKED_LM_MAPPING_NAMES]
)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One checkpoint of each family."""
    folder = tmp_path_factory.mktemp("families")
    for family in FAMILIES:
        write_family(folder / family, family)
    return folder


def backbone(folder: Path) -> PreTrainedModel:
    return load_backbone(folder, {}, Init.pretrained, with_pooler=False)


def table(model: PreTrainedModel) -> torch.Tensor:
    """A copy of the word embeddings."""
    return model.get_input_embeddings().weight.detach().clone()


def token(index: int, *pieces: int, text: str = "") -> NewToken:
    return NewToken(text or f"token {index}", index, pieces, None)


@every_family
def test_a_table_grows_and_the_rest_stays(checkpoints: Path, family: str) -> None:
    """Also where embeddings are narrower than the hidden size, as ALBERT's and a small ELECTRA's are."""
    folder = checkpoints / family
    model = backbone(folder)
    before, padding = table(model), model.get_input_embeddings().padding_idx
    others = {name: value.clone() for name, value in model.state_dict().items()}
    tokenizer, added = add_tokens(build_tokenizer(folder), ["새말"], MARKERS, NewTokens.resize)
    make_room(model, added, tokenizer.max_id + 1)
    embeddings = model.get_input_embeddings()
    assert isinstance(embeddings, nn.Embedding)
    rows = len(before) + len(added)
    assert len(embeddings.weight) == embeddings.num_embeddings == model.config.vocab_size == rows
    assert embeddings.padding_idx == padding
    assert padding in {None, model.config.pad_token_id}
    assert torch.equal(embeddings.weight[: len(before)], before)
    changed = [name for name, value in model.state_dict().items() if value.shape != others[name].shape]
    assert len(changed) == 1, "the word embeddings alone"
    for name, value in model.state_dict().items():
        assert name in changed or torch.equal(value, others[name]), name
    ids = torch.tensor([[token.index for token in added]])
    assert torch.isfinite(model(input_ids=ids).last_hidden_state).all()


@pytest.mark.parametrize("width", [16, 48])
def test_embeddings_of_another_width_than_the_hidden_states(tmp_path: Path, width: int) -> None:
    folder = write_family(tmp_path / "electra", "electra", embedding_size=width)
    model = backbone(folder)
    tokenizer, added = add_tokens(build_tokenizer(folder), [], MARKERS, NewTokens.resize)
    make_room(model, added, tokenizer.max_id + 1)
    assert table(model).shape == (tokenizer.length, width)
    ids = torch.tensor([[token.index for token in added]])
    assert model(input_ids=ids).last_hidden_state.shape[-1] == model.config.hidden_size


@every_masked_family
def test_tied_output_embeddings_grow_along(checkpoints: Path, family: str) -> None:
    folder = checkpoints / family
    model = AutoModelForMaskedLM.from_pretrained(folder)
    tokenizer, added = add_tokens(build_tokenizer(folder), [], MARKERS, NewTokens.resize)
    before = model.get_output_embeddings().bias.detach().clone()
    make_room(model, added, tokenizer.max_id + 1)
    output = model.get_output_embeddings()
    assert output.weight is model.get_input_embeddings().weight
    assert output.bias.shape == (tokenizer.length,)
    assert output.out_features == tokenizer.length
    assert torch.equal(output.bias[: len(before)], before)
    assert not output.bias[len(before) :].any()
    ids = torch.tensor([[token.index for token in added]])
    assert model(input_ids=ids).logits.shape[-1] == tokenizer.length


@every_family
def test_rows_without_a_token_are_used_first(tmp_path: Path, family: str) -> None:
    length = build_tokenizer(write_family(tmp_path / "exact", family)).length
    folder = write_family(tmp_path / "spare", family, vocab_size=length + 64)
    model = backbone(folder)
    before = table(model)
    tokenizer, added = add_tokens(build_tokenizer(folder), [], MARKERS, NewTokens.resize)
    assert [token.index for token in added] == list(range(length, length + 4))
    make_room(model, added, tokenizer.max_id + 1)
    assert len(table(model)) == model.config.vocab_size == length + 64
    assert not torch.equal(table(model)[length : length + 4], before[length : length + 4])
    kept = [row for row in range(length + 64) if not length <= row < length + 4]
    assert torch.equal(table(model)[kept], before[kept])


@pytest.mark.parametrize("policy", list(NewTokens))
def test_new_rows_differ_and_old_ones_stay(tmp_path: Path, policy: NewTokens) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    model = backbone(folder)
    before = table(model)
    tokenizer, added = add_tokens(build_tokenizer(folder), [], MARKERS, policy)
    make_room(model, added, tokenizer.max_id + 1)
    after = table(model)
    new = [token.index for token in added]
    grown = len(before) + (4 if policy is NewTokens.resize else 0)
    assert len(after) == model.config.vocab_size == grown
    kept = [index for index in range(len(before)) if index not in new]
    assert torch.equal(after[kept], before[kept])
    assert (torch.pdist(after[new]) > 1e-3).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", [NewTokens.auto, NewTokens.resize])
def test_a_new_row_starts_at_the_mean_of_its_pieces(tmp_path: Path, kind: str, policy: NewTokens) -> None:
    """Also that of a slot, which nobody has trained."""
    source = with_slots(tmp_path / "tokenizer", KINDS[kind])
    family = {"wordpiece": "bert", "bytes": "roberta", "unigram": "albert"}[KINDS[kind].tokenizer]
    folder = write_family(tmp_path / "checkpoint", family, tokenizer=source)
    model = backbone(folder)
    before = table(model)
    tokenizer, added = add_tokens(build_tokenizer(folder), ["한국은행", "프로야구"], ["<subj>"], policy)
    make_room(model, added, tokenizer.max_id + 1)
    assert len({token.pieces for token in added}) == len(added)
    for token in added:
        assert (token.slot is not None) == (policy is NewTokens.auto)
        distance = table(model)[token.index] - before[list(token.pieces)].mean(dim=0)
        assert 0 < distance.norm() < 2 * OWN * before.std(dim=0).norm()


def test_a_larger_table_is_never_made_smaller(tmp_path: Path) -> None:
    model = backbone(tiny_copy(tmp_path / "checkpoint"))
    rows = len(table(model))
    make_room(model, [], rows - 100)
    assert len(table(model)) == model.config.vocab_size == rows


def trained(rows: int = 4000, width: int = 64) -> PreTrainedModel:
    """A model whose table has a mean that is not zero, as trained ones have."""
    from transformers import BertConfig

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": width, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = AutoModel.from_config(BertConfig(vocab_size=rows, **sizes, intermediate_size=32))
    with torch.no_grad():
        model.get_input_embeddings().weight += 0.01 * torch.randn(width)
    return model


def cosine(first: torch.Tensor, second: torch.Tensor) -> float:
    return torch.cosine_similarity(first, second, dim=0).item()


def test_tokens_of_the_same_pieces_lie_as_far_apart_as_others() -> None:
    """Their order does not count, for the mean knows none; with the little noise they would be the same."""
    model = trained()
    center = table(model).mean(dim=0)
    tokens = [token(4000, 7, 8, 9), token(4001, 9, 8, 7), token(4002, 7, 8, 10), token(4003, 11, 12, 13)]
    make_room(model, tokens, 4004)
    same, swapped, neighbour, other = table(model)[4000:]
    assert OWN < SHARED < NONE
    assert cosine(same - center, swapped - center) < 0.9
    assert cosine(same - center, neighbour - center) < 0.9
    assert cosine(same - center, swapped - center) > cosine(same - center, other - center)


def test_a_token_without_pieces_is_as_long_as_others() -> None:
    model = trained()
    before = table(model)
    make_room(model, [token(4000), token(4001)], 4002)
    first, second = table(model)[4000:]
    typical = before.norm(dim=1).median()
    assert 0.7 < first.norm() / typical < 1.4
    center = before.mean(dim=0)
    assert abs(cosine(first - center, second - center)) < 0.5


def test_a_slot_among_the_pieces_of_another_token_counts_as_it_was() -> None:
    model = trained()
    before = table(model)
    make_room(model, [token(5, 20, 21), token(6, 5)], 4000)
    distance = table(model)[6] - before[5]
    assert distance.norm() < 2 * OWN * before.std(dim=0).norm()


def test_pieces_beyond_the_old_table_are_in_the_new_one() -> None:
    """From scratch a tokenizer may have more entries than the checkpoint's config.json says."""
    model = trained()
    make_room(model, [token(4999, 4500, 4501)], 5000)
    assert torch.isfinite(table(model)).all()
    assert model.config.vocab_size == 5000


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_number_format(dtype: torch.dtype) -> None:
    model = trained().to(dtype)
    before = table(model)
    tokens = [token(4000, 7, 8), token(4001, 9), token(4002), token(3, 7)]
    make_room(model, tokens, 4003)
    after = table(model)
    assert after.dtype is dtype
    assert torch.equal(after[4:4000], before[4:])
    assert (torch.pdist(after[[4000, 4001, 4002, 3]].float()) > 0).all()


def test_the_seed_decides() -> None:
    tables = []
    for seed in (1, 1, 2):
        model = trained()
        torch.manual_seed(seed)
        make_room(model, [token(4000, 7, 8)], 4001)
        tables.append(table(model))
    assert torch.equal(tables[0], tables[1])
    assert not torch.equal(tables[0], tables[2])


def test_the_mean_resizing_of_transformers_makes_all_new_rows_alike() -> None:
    """Which is why it is not used: markers that cannot be told apart say nothing of where a mention is."""
    model = trained()
    model.resize_token_embeddings(4002, mean_resizing=True)
    alike = table(model)[4000:]
    model = trained()
    make_room(model, [token(4000, 7, 8), token(4001, 7, 9)], 4002)
    ours = table(model)[4000:]
    spread = table(model).std()
    assert (alike[0] - alike[1]).abs().max() < 0.01 * spread
    assert (ours[0] - ours[1]).abs().max() > spread
