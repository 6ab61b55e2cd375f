"""Attention in blocks is torch's with the same masks, forward and backward, in every family."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.modeling import cpu_attention
from haechi.modeling.cpu_attention import NAME, attend, hasten_attention
from haechi.modeling.cpu_dropout import Bits, rounded_rate
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init

RATE = 0.25
ATTENTION_RATES = {"attention_probs_dropout_prob", "attention_dropout", "attn_pdrop"}
HIDDEN_RATES = {"hidden_dropout_prob", "dropout", "embd_pdrop", "resid_pdrop"}
# These have attention of their own, which is left as it is.
OWN_ATTENTION = {"deberta-v2", "xlnet"}


def operands(rows: int, tokens: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value as a layer has them: heads split off the last axis."""
    shape = (rows, tokens, 3, 8)
    query, key, value = (torch.randn(shape, dtype=dtype).transpose(1, 2).requires_grad_() for _ in range(3))
    return query, key, value


def padded(rows: int, tokens: int) -> Tensor:
    """A mask under which row r sees all but its last r tokens."""
    seen = torch.arange(tokens) < tokens - torch.arange(rows)[:, None]
    return seen[:, None, None, :].expand(rows, 1, tokens, tokens)


def by_definition(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, kept: Tensor) -> Tensor:
    """Scaled dot-product attention, written out."""
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    shares = scores.softmax(-1) * (kept != 0) / (1 - rounded_rate(RATE))
    return (shares @ value).transpose(1, 2)


@pytest.mark.parametrize("tokens", [11, 17, 33])
@pytest.mark.parametrize("rows_per_block", [1, 2, 8])
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5), (torch.bfloat16, 4e-2)]
)
def test_outputs_and_gradients_are_those_of_the_definition(
    tokens: int,
    rows_per_block: int,
    with_mask: bool,
    dtype: torch.dtype,
    tolerance: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = 5
    monkeypatch.setattr(cpu_attention, "SCORES_PER_BLOCK", rows_per_block * 3 * tokens**2)
    torch.manual_seed(1)
    inputs = operands(rows, tokens, dtype)
    mask = padded(rows, tokens) if with_mask else None
    outgoing = torch.randn(rows, tokens, 3, 8, dtype=dtype)
    state = torch.get_rng_state()
    output, _ = attend(nn.Module(), *inputs, mask, dropout=RATE)
    output.backward(outgoing)
    found = [output.detach(), *(tensor.grad for tensor in inputs if tensor.grad is not None)]
    torch.set_rng_state(state)
    bits = Bits()
    blocks = [
        bits.kept((min(rows_per_block, rows - start), 3, tokens, tokens), RATE)
        for start in range(0, rows, rows_per_block)
    ]
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    query, key, value = exact
    wanted = by_definition(query, key, value, mask, torch.cat(blocks))
    wanted.backward(outgoing.double())
    for ours, theirs in zip(found, [wanted.detach(), *(tensor.grad for tensor in exact)], strict=True):
        assert theirs is not None
        torch.testing.assert_close(ours.double(), theirs, atol=tolerance, rtol=tolerance)


def test_a_second_backward_pass_gives_the_same_gradient() -> None:
    torch.manual_seed(1)
    inputs = operands(2, 7, torch.float32)
    output, _ = attend(nn.Module(), *inputs, None, dropout=RATE)
    first = torch.autograd.grad(output.sum(), inputs, retain_graph=True)
    for once, twice in zip(first, torch.autograd.grad(output.sum(), inputs), strict=True):
        assert torch.equal(once, twice)


def test_without_dropout_it_is_torch_s() -> None:
    torch.manual_seed(1)
    inputs = operands(3, 6, torch.float32)
    ours, _ = attend(nn.Module(), *inputs, padded(3, 6), dropout=0.0)
    theirs = nn.functional.scaled_dot_product_attention(*inputs, attn_mask=padded(3, 6)).transpose(1, 2)
    assert torch.equal(ours, theirs)


def test_a_causal_layer_without_a_mask_stays_causal() -> None:
    module = nn.Module()
    module.is_causal = True  # type: ignore[assignment]
    query, key, value = operands(2, 6, torch.float32)
    torch.manual_seed(1)
    output, _ = attend(module, query, key, value, None, dropout=RATE)
    output[:, 0].sum().backward()
    assert value.grad is not None
    assert not value.grad[:, :, 1:].any()


def backbone(family: str, folder: Path, rate: float) -> Any:
    """A family's small backbone in training, with dropout of attention only."""
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=family in WITH_POOLER)
    for name in vars(model.config).keys() & (ATTENTION_RATES | HIDDEN_RATES):
        setattr(model.config, name, rate if name in ATTENTION_RATES else 0.0)
    fresh = type(model)(model.config)
    fresh.load_state_dict(model.state_dict())
    return fresh.train()


def gradients(model: Any) -> dict[str, Tensor]:
    """Gradients of a padded batch."""
    ids = torch.arange(6, 6 + 24).view(3, 8)
    mask = padded(3, 8)[:, 0, 0].long()
    vectors = model(input_ids=ids, attention_mask=mask).last_hidden_state
    torch.manual_seed(2)
    (vectors * torch.randn_like(vectors))[mask.bool()].sum().backward()
    return {name: tensor.grad for name, tensor in model.named_parameters() if tensor.grad is not None}


@pytest.mark.parametrize("family", sorted(FAMILIES.keys() - OWN_ATTENTION))
def test_every_family_has_its_own_gradients_when_all_is_kept(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_family(tmp_path / "a", family)
    wanted = gradients(backbone(family, folder, 0.0))
    calls = []

    def keep_all(self: Bits, shape: Any, rate: float) -> Tensor:
        calls.append(rate)
        return torch.full(tuple(shape), -1, dtype=torch.int16)

    monkeypatch.setattr(Bits, "kept", keep_all)
    ours = backbone(family, folder, 1 / 2**15)
    hasten_attention(ours)
    assert ours.config._attn_implementation == NAME
    found = gradients(ours)
    assert len(calls) >= 4
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(
            found[name], gradient, rtol=1e-3, atol=max(1e-3 * gradient.abs().max().item(), 1e-6)
        )


def test_attention_that_the_user_chose_stays(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "a", "bert")
    model = load_backbone(folder, {"attn_implementation": "eager"}, Init.pretrained, with_pooler=True)
    hasten_attention(model)
    assert model.config._attn_implementation == "eager"


@pytest.mark.parametrize("family", sorted(OWN_ATTENTION))
def test_attention_of_a_family_s_own_stays(family: str, tmp_path: Path) -> None:
    model = load_backbone(write_family(tmp_path / "a", family), {}, Init.pretrained, with_pooler=False)
    before = model.config._attn_implementation
    hasten_attention(model)
    assert model.config._attn_implementation == before


def test_the_saved_config_does_not_name_it(tmp_path: Path) -> None:
    model = load_backbone(write_family(tmp_path / "a", "bert"), {}, Init.pretrained, with_pooler=True)
    hasten_attention(model)
    model.save_pretrained(tmp_path / "b")
    assert NAME not in (tmp_path / "b/config.json").read_text()
