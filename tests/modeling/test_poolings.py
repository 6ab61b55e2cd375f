"""Every pooling: a value by hand, padding of either side changes nothing, half precision agrees."""

from dataclasses import replace
from math import e, sqrt
from typing import Any, get_type_hints

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from transformers import BertConfig, BertModel, XLNetConfig, XLNetModel

from haechi import places
from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.modeling.assemble import assemble
from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import OWN_KEYS, SEVERAL_LAYERS, Combine, PoolingConfig, needs_special_tokens

OPTIONS = sorted(path.stem for path in (places.CONF / "pooling").glob("*.yaml"))
# What reads token vectors: the pooler's vector is made by the encoder.
OF_TOKENS = [kind for kind in OPTIONS if kind != "pooler"]
COUNTING = [kind for kind in OPTIONS if "include_special_tokens" in OWN_KEYS[kind]]
LAYERS = 6
WIDTHS = {"entity_start": 2}


def pooling_of(kind: str, width: int, **keys: Any) -> nn.Module:
    """A pooling whose weights, if it has any, are all drawn at random."""
    torch.manual_seed(7)
    pooling = build_pooling(PoolingConfig(kind=kind, attention_hidden_size=5, **keys), width)
    for parameter in pooling.parameters():
        nn.init.normal_(parameter)
    return pooling


def batch_of(
    rows: int, tokens: int, width: int, dtype: torch.dtype = torch.float32, seed: int = 0
) -> Encoded:
    """Random layers without padding; the first and the last token are special, as in BERT."""
    torch.manual_seed(seed)
    layers = tuple(torch.randn(rows, tokens, width, dtype=dtype) for _ in range(LAYERS + 1))
    special_BT = torch.zeros(rows, tokens, dtype=torch.int64)
    special_BT[:, [0, -1]] = 1
    return Encoded(
        layers,
        torch.ones(rows, tokens, dtype=torch.int64),
        special_BT=special_BT,
        entity_starts_B2=torch.tensor([[1, tokens - 2]] * rows),
    )


def padded(batch: Encoded, side: str, filling: float) -> Encoded:
    """The same batch with three positions of padding on a side."""
    assert batch.special_BT is not None
    assert batch.entity_starts_B2 is not None
    width = (3, 0) if side == "left" else (0, 3)

    def pad(tensor: Tensor) -> Tensor:
        return nn.functional.pad(tensor, width)

    layers = tuple(nn.functional.pad(layer, (0, 0, *width), value=filling) for layer in batch.layers_BTD)
    return Encoded(
        layers,
        pad(batch.mask_BT),
        special_BT=pad(batch.special_BT),
        entity_starts_B2=batch.entity_starts_B2 + width[0],
    )


# One row of three tokens and one of padding, width 2; the layers are multiples of one another.
TOKENS = [[[1.0, -4.0], [3.0, -2.0], [5.0, -9.0], [99.0, 99.0]]]
BY_HAND = [
    ("cls", {}, [1, -4]),
    ("pooler", {}, [7, 7]),
    ("mean", {}, [3, -5]),
    ("mean", {"include_special_tokens": False}, [3, -2]),
    ("max", {}, [5, -2]),
    ("max", {"include_special_tokens": False}, [3, -2]),
    ("mean_sqrt_len", {}, [9 / sqrt(3), -15 / sqrt(3)]),
    ("mean_sqrt_len", {"include_special_tokens": False}, [3, -2]),
    ("weighted_mean", {}, [(1 + 2 * 3 + 3 * 5) / 6, (-4 - 2 * 2 - 3 * 9) / 6]),
    ("weighted_mean", {"include_special_tokens": False}, [3, -2]),
    ("last_token", {}, [5, -9]),
    # Layer n is n times the tokens, six layers in all, the embeddings (0 times) below.
    ("first_last", {}, [3 * (1 + 6) / 2, -5 * (1 + 6) / 2]),
    ("first_last", {"include_special_tokens": False}, [3 * (1 + 6) / 2, -2 * (1 + 6) / 2]),
    ("last_four", {}, [3 * (3 + 4 + 5 + 6) / 4, -5 * (3 + 4 + 5 + 6) / 4]),
    ("last_four", {"combine": Combine.concat}, [9, -15, 12, -20, 15, -25, 18, -30]),
    ("entity_start", {}, [5, -9, 3, -2]),
]


@pytest.mark.parametrize(("kind", "keys", "expected"), BY_HAND)
def test_the_value_by_hand(kind: str, keys: dict[str, Any], expected: list[float]) -> None:
    tokens = torch.tensor(TOKENS)
    layers = tuple(number * tokens for number in range(LAYERS + 1)) if kind in SEVERAL_LAYERS else (tokens,)
    batch = Encoded(
        layers,
        torch.tensor([[1, 1, 1, 0]]),
        pooler_BD=torch.full((1, 2), 7.0),
        special_BT=torch.tensor([[1, 0, 1, 0]]),
        entity_starts_B2=torch.tensor([[2, 1]]),
    )
    found = pooling_of(kind, 2, **keys)(batch)
    assert found[0].tolist() == pytest.approx(expected, rel=1e-6)


def test_tokens_keep_their_weight_when_a_special_token_before_them_is_left_out() -> None:
    batch = Encoded(
        (torch.tensor(TOKENS),), torch.tensor([[1, 1, 1, 0]]), special_BT=torch.tensor([[1, 0, 0, 0]])
    )
    found = pooling_of("weighted_mean", 2, include_special_tokens=False)(batch)
    assert found[0].tolist() == pytest.approx([(2 * 3 + 3 * 5) / 5, (-2 * 2 - 3 * 9) / 5])


def test_attention_weighs_by_the_softmax_of_its_scores() -> None:
    pooling = build_pooling(PoolingConfig(kind="attention", attention_hidden_size=1), 2)
    batch = Encoded((torch.tensor(TOKENS),), torch.tensor([[1, 1, 1, 0]]))
    assert pooling(batch)[0].tolist() == pytest.approx([3, -5]), "it starts as the average"
    with torch.no_grad():
        pooling.project.weight.copy_(torch.tensor([[100.0, 0.0]]))
        pooling.project.bias.fill_(-200.0)
        pooling.score.weight.fill_(1.0)
    # tanh is -1 for the first token and 1 for the others.
    first, other = 1 / e, e
    total = first + 2 * other
    expected = [(first * 1 + other * (3 + 5)) / total, (first * -4 + other * (-2 - 9)) / total]
    assert pooling(batch)[0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("filling", [1e4, float("inf"), float("nan")])
@pytest.mark.parametrize("kind", OF_TOKENS)
def test_extra_padding_changes_nothing(kind: str, filling: float, side: str) -> None:
    batch = batch_of(2, 5, 8)
    pooling = pooling_of(kind, 8)
    more = padded(batch, side, filling)
    # Sums may be taken in another order, so the last bit of a float32 may differ.
    assert torch.allclose(pooling(more), pooling(batch), atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", COUNTING)
def test_special_tokens_left_out_have_no_influence(kind: str, side: str) -> None:
    batch = batch_of(2, 6, 8)
    pooling = pooling_of(kind, 8, include_special_tokens=False)
    changed = tuple(layer.clone() for layer in batch.layers_BTD)
    for layer in changed:
        layer[:, [0, -1]] = 1e4
    found = pooling(padded(replace(batch, layers_BTD=changed), side, float("nan")))
    assert torch.allclose(found, pooling(batch), atol=1e-6, rtol=1e-6)
    assert not torch.allclose(found, pooling_of(kind, 8)(batch), atol=1e-2)


@pytest.mark.parametrize("kind", COUNTING)
def test_special_tokens_that_nobody_marked_are_not_guessed(kind: str) -> None:
    batch = replace(batch_of(2, 5, 8), special_BT=None)
    assert pooling_of(kind, 8)(batch).shape == (2, 8)
    with pytest.raises(ValueError, match="special_tokens_mask"):
        pooling_of(kind, 8, include_special_tokens=False)(batch)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", OF_TOKENS)
def test_a_row_of_padding_is_zeros(kind: str, dtype: torch.dtype) -> None:
    batch = batch_of(2, 3, 8, dtype)
    batch.mask_BT[1] = 0
    found = pooling_of(kind, 8).to(dtype)(batch)
    assert torch.isfinite(found).all()
    assert found[0].abs().sum() > 0
    assert (found[1] == 0).all()
    assert found.dtype is dtype


@pytest.mark.parametrize("kind", COUNTING)
def test_a_row_of_special_tokens_only_is_zeros(kind: str) -> None:
    batch = batch_of(2, 2, 8)
    assert (pooling_of(kind, 8, include_special_tokens=False)(batch) == 0).all()


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float16, 4e-3), (torch.bfloat16, 3e-2)])
@pytest.mark.parametrize("kind", OF_TOKENS)
def test_half_precision_agrees_with_float32(kind: str, dtype: torch.dtype, tolerance: float) -> None:
    batch = batch_of(4, 300, 16, seed=1)
    half = replace(batch, layers_BTD=tuple(layer.to(dtype) for layer in batch.layers_BTD))
    pooling = pooling_of(kind, 16)
    full = pooling(batch)
    assert torch.allclose(full, pooling.to(dtype)(half).float(), atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("kind", COUNTING)
def test_a_sum_beyond_half_precision_does_not_overflow(kind: str) -> None:
    layers = (torch.full((1, 300, 4), 400, dtype=torch.float16),) * (LAYERS + 1)
    found = pooling_of(kind, 4).half()(Encoded(layers, torch.ones(1, 300, dtype=torch.int64)))
    expected = 400 * sqrt(300) if kind == "mean_sqrt_len" else 400
    assert found[0].tolist() == pytest.approx([expected] * 4, rel=1e-3)


@pytest.mark.parametrize("kind", OF_TOKENS)
def test_gradients_are_those_of_finite_differences(kind: str) -> None:
    batch = batch_of(2, 4, 3, torch.float64, seed=2)
    batch.mask_BT.copy_(torch.tensor([[1, 1, 1, 0], [0, 1, 1, 1]]))
    pooling = pooling_of(kind, 3).double()
    weights = {name: value.detach().requires_grad_() for name, value in pooling.named_parameters()}
    layers = tuple(layer.requires_grad_() for layer in batch.layers_BTD)

    def through(*tensors: Tensor) -> Tensor:
        given = dict(zip(weights, tensors[len(layers) :], strict=True))
        return functional_call(pooling, given, (replace(batch, layers_BTD=tensors[: len(layers)]),))

    assert torch.autograd.gradcheck(through, (*layers, *weights.values()))


def test_padding_that_is_no_number_leaves_the_gradients_alone() -> None:
    for kind in OF_TOKENS:
        pooling = pooling_of(kind, 8)
        batch = padded(batch_of(2, 5, 8), "right", float("nan"))
        layers = tuple(layer.requires_grad_() for layer in batch.layers_BTD)
        pooling(batch).sum().backward()
        found = [tensor.grad for tensor in (*layers, *pooling.parameters()) if tensor.grad is not None]
        assert found, kind
        assert all(torch.isfinite(gradient).all() for gradient in found), kind


@pytest.mark.parametrize("kind", OPTIONS)
def test_the_width_is_the_one_that_is_declared(kind: str) -> None:
    pooling = pooling_of(kind, 12)
    assert pooling.out_features == 12 * WIDTHS.get(kind, 1)
    found = pooling(replace(batch_of(3, 5, 12), pooler_BD=torch.ones(3, 12)))
    assert found.shape == (3, pooling.out_features)


@pytest.mark.parametrize(("layers", "width"), [(1, 8), (2, 16), (4, 32), (12, 32)])
def test_layers_side_by_side_are_those_that_the_model_has(layers: int, width: int) -> None:
    config = PoolingConfig(kind="last_four", combine=Combine.concat)
    pooling = build_pooling(config, 8, layers=layers)
    batch = replace(batch_of(1, 3, 8), layers_BTD=tuple(torch.randn(1, 3, 8) for _ in range(layers + 1)))
    assert pooling.out_features == width
    assert pooling(batch).shape == (1, width)


def test_a_marker_that_was_cut_off_gives_zeros() -> None:
    batch = replace(batch_of(1, 4, 3), entity_starts_B2=torch.tensor([[2, -1]]))
    found = pooling_of("entity_start", 3)(batch)
    assert torch.equal(found[0, :3], batch.layers_BTD[-1][0, 2])
    assert (found[0, 3:] == 0).all()


def test_a_batch_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="entity_starts"):
        pooling_of("entity_start", 3)(replace(batch_of(1, 4, 3), entity_starts_B2=None))


# Small models with random weights: what matters is which of their vectors are read.
BERT = BertConfig(
    vocab_size=40, hidden_size=16, num_hidden_layers=5, num_attention_heads=2, intermediate_size=16
)
XLNET = XLNetConfig(vocab_size=40, d_model=16, n_layer=2, n_head=2, d_inner=16)


@pytest.mark.parametrize(("model", "position"), [(BertModel(BERT), 0), (XLNetModel(XLNET), 3)])
def test_cls_is_where_the_model_puts_it(model: Any, position: int) -> None:
    assert (model.config.model_type in CLS_IS_LAST) == (position == 3)
    whole = assemble(model.eval(), PoolingConfig(kind="cls"), 2).eval()
    ids, mask = torch.tensor([[4, 5, 6, 7, 0, 0]]), torch.tensor([[1, 1, 1, 1, 0, 0]])
    with torch.inference_mode():
        vectors = model(input_ids=ids, attention_mask=mask).last_hidden_state
        assert torch.equal(whole.pooling(whole.encoder(ids, mask))[0], vectors[0, position])


@pytest.mark.parametrize(
    ("kind", "chosen"), [("first_last", [1, 5]), ("last_four", [2, 3, 4, 5]), ("mean", [5])]
)
def test_layers_are_those_of_the_model(kind: str, chosen: list[int]) -> None:
    model = BertModel(BERT).eval()
    whole = assemble(model, PoolingConfig(kind=kind), 2).eval()
    ids, mask = torch.tensor([[4, 5, 6, 7]]), torch.ones(1, 4, dtype=torch.int64)
    with torch.inference_mode():
        states = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        expected = torch.stack([states[number] for number in chosen]).mean(dim=(0, 2))
        assert torch.allclose(whole.pooling(whole.encoder(ids, mask)), expected, atol=1e-6)


def test_what_a_pooling_needs_reaches_it_through_the_whole_model() -> None:
    ids, mask = torch.tensor([[4, 5, 6, 7]]), torch.ones(1, 4, dtype=torch.int64)
    given = {"special_tokens_mask": torch.tensor([[1, 0, 0, 1]]), "entity_starts": torch.tensor([[1, 2]])}
    configs = [PoolingConfig(kind="mean", include_special_tokens=False), PoolingConfig(kind="entity_start")]
    for config in configs:
        whole = assemble(BertModel(BERT), config, 2)
        assert whole(ids, mask, **given)["logits"].shape == (1, 2)
        with pytest.raises(ValueError, match=r"special_tokens_mask|entity_starts"):
            whole(ids, mask)


def test_every_option_declares_its_keys() -> None:
    assert set(OWN_KEYS) == set(OPTIONS)
    known = set(get_type_hints(PoolingConfig)) - {"kind"}
    assert {key for keys in OWN_KEYS.values() for key in keys} == known
    assert {kind for kind in OWN_KEYS if "layer" not in OWN_KEYS[kind]} == SEVERAL_LAYERS | {"pooler"}


def test_special_tokens_are_asked_for_where_they_are_left_out() -> None:
    for kind in OPTIONS:
        assert not needs_special_tokens(PoolingConfig(kind=kind))
        left_out = PoolingConfig(kind=kind, include_special_tokens=False)
        assert needs_special_tokens(left_out) == (kind in COUNTING)


def test_a_kind_without_a_case_is_named() -> None:
    with pytest.raises(ValueError, match="no case here"):
        build_pooling(PoolingConfig(kind="no_such_pooling"), 12)
