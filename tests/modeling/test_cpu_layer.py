"""A layer in one step of autograd is the layer itself, with the same masks."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.modeling import cpu_layer
from haechi.modeling.cpu_attention import hasten_attention
from haechi.modeling.cpu_dropout import Bits, hasten_dropout
from haechi.modeling.cpu_layer import CpuLayer, hasten_layers, through
from haechi.modeling.encoder import load_backbone
from haechi.modeling.first_token import narrow_last_layer
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig

HASTENED = {"bert", "roberta", "xlm-roberta", "electra"}
RATES = {"attention_probs_dropout_prob": 0.25, "hidden_dropout_prob": 0.125}


def backbone(family: str, folder: Path, **config: Any) -> Any:
    """A family's small backbone in training, with the attention and the dropout that a run has."""
    path = write_family(folder / family, family)
    rates = RATES if family in HASTENED else {}
    model = load_backbone(path, rates | config, Init.pretrained, with_pooler=family in WITH_POOLER)
    hasten_dropout(model)
    hasten_attention(model)
    return model.train()


def mask_of(rows: int, tokens: int) -> Tensor:
    """A mask under which row r sees all but its last r tokens."""
    seen = torch.arange(tokens) < tokens - torch.arange(rows)[:, None]
    return seen[:, None, None, :].expand(rows, 1, tokens, tokens)


@pytest.fixture
def same_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Masks from torch's generator, in the order in which they are asked for."""

    def kept(self: Bits, shape: Sequence[int], rate: float) -> Tensor:
        return -(torch.rand(tuple(shape), dtype=torch.float64) >= rate).to(torch.int16)

    monkeypatch.setattr(Bits, "__init__", lambda self: None)
    monkeypatch.setattr(Bits, "kept", kept)


def outcome(output: Tensor, states: Tensor, layer: Any, outgoing: Tensor) -> dict[str, Tensor]:
    """Output and gradients, in float64."""
    parameters = dict(layer.named_parameters())
    found = torch.autograd.grad(output, [states, *parameters.values()], outgoing.to(output.dtype))
    return {
        name: tensor.detach().double()
        for name, tensor in zip(["output", "states", *parameters], [output, *found], strict=True)
    }


@pytest.mark.usefixtures("same_masks")
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("tokens", [5, 20])
@pytest.mark.parametrize("family", sorted(HASTENED))
def test_outputs_and_gradients_are_those_of_the_layer_itself(
    family: str, tokens: int, with_mask: bool, tmp_path: Path
) -> None:
    layer = backbone(family, tmp_path).double().encoder.layer[1]
    torch.manual_seed(1)
    states = torch.randn(3, tokens, 32, dtype=torch.float64, requires_grad=True)
    outgoing = torch.randn_like(states)
    mask = mask_of(3, tokens) if with_mask else None
    torch.manual_seed(2)
    wanted = outcome(layer(states, mask), states, layer, outgoing)
    torch.manual_seed(2)
    found = outcome(through(layer, states, mask, torch.float64), states, layer, outgoing)
    for name, tensor in wanted.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-9, atol=1e-10)


@pytest.mark.usefixtures("same_masks")
def test_in_bf16_it_is_no_further_from_the_truth_than_autocast(tmp_path: Path) -> None:
    plain = backbone("bert", tmp_path)
    layer = plain.encoder.layer[0]
    torch.manual_seed(1)
    states = torch.randn(8, 24, 32, requires_grad=True)
    outgoing, mask = torch.randn_like(states), mask_of(8, 24)

    def through_all(kind: str) -> dict[str, Tensor]:
        torch.manual_seed(2)
        if kind == "exact":
            exact, wide = copy.deepcopy(layer).double(), states.detach().double().requires_grad_()
            return outcome(exact(wide, mask), wide, exact, outgoing)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = layer(states, mask)
        return outcome(output, states, layer, outgoing)

    exact, autocast = through_all("exact"), through_all("autocast")
    assert hasten_layers(plain) == 4
    ours = through_all("ours")
    for name, tensor in exact.items():
        # Biases of keys have no gradient but rounding.
        norm = max(float(tensor.norm()), 1e-3)
        theirs = float((autocast[name] - tensor).norm()) / norm
        assert float((ours[name] - tensor).norm()) / norm < 1.1 * theirs + 1e-3, name


def test_it_is_taken_where_a_run_trains_in_bf16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(cpu_layer, "through", lambda *given: calls.append(1) or through(*given))
    ids = torch.arange(6, 6 + 24).view(3, 8)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    for family in sorted(FAMILIES):
        model = backbone(family, tmp_path)
        calls.clear()
        taken = 4 if family in HASTENED else 0
        assert hasten_layers(model) == taken
        with torch.autocast("cpu", dtype=torch.bfloat16):
            model(input_ids=ids, attention_mask=mask)
        assert len(calls) == taken


@pytest.mark.parametrize(
    "case", ["evaluation", "no gradient", "float32", "no dropout", "frozen", "another mask", "a causal model"]
)
def test_what_it_is_not_made_for_the_layer_does_as_ever(case: str, tmp_path: Path) -> None:
    config: dict[str, Any] = {
        "no dropout": {"hidden_dropout_prob": 0.0}, "a causal model": {"is_decoder": True},
    }.get(case, {})  # fmt: skip
    plain = backbone("bert", tmp_path, **config)
    if case == "frozen":
        plain.encoder.layer[1].output.dense.weight.requires_grad_(False)
    hastened = copy.deepcopy(plain)
    hasten_layers(hastened)
    if case == "evaluation":
        plain.eval()
        hastened.eval()
    torch.manual_seed(1)
    states = torch.randn(2, 6, 32)
    mask = mask_of(2, 6)
    if case == "another mask":
        mask = torch.zeros(2, 1, 6, 6).masked_fill(~mask, -1e9)
    outputs = []
    for model in (plain, hastened):
        torch.manual_seed(2)
        with (
            torch.autocast("cpu", dtype=torch.bfloat16, enabled=case != "float32"),
            torch.set_grad_enabled(case != "no gradient"),
        ):
            outputs.append(model.encoder.layer[1](states, mask))
    assert torch.equal(*outputs)


def test_a_second_backward_pass_gives_the_same_gradients(tmp_path: Path) -> None:
    layer = backbone("bert", tmp_path).encoder.layer[0]
    torch.manual_seed(1)
    states = torch.randn(2, 7, 32, requires_grad=True)
    output = through(layer, states, mask_of(2, 7), torch.bfloat16)
    inputs = [states, *layer.parameters()]
    outgoing = torch.randn_like(output)
    first = torch.autograd.grad(output, inputs, outgoing, retain_graph=True)
    for once, twice in zip(first, torch.autograd.grad(output, inputs, outgoing), strict=True):
        assert torch.equal(once, twice)


def test_the_same_seed_gives_the_same_masks(tmp_path: Path) -> None:
    layer = backbone("bert", tmp_path).encoder.layer[0]
    states = torch.randn(2, 7, 32)
    outputs = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        outputs.append(through(layer, states, None, torch.bfloat16))
    assert torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[0], outputs[2])


def test_a_layer_whose_parts_are_watched_stays(tmp_path: Path) -> None:
    model = backbone("bert", tmp_path)
    assert narrow_last_layer(model, PoolingConfig(kind="cls"))
    assert hasten_layers(model) == 3
    assert [isinstance(layer, CpuLayer) for layer in model.encoder.layer] == [True, True, True, False]


def test_an_activation_that_is_not_gelu_stays(tmp_path: Path) -> None:
    assert hasten_layers(backbone("bert", tmp_path, hidden_act="relu")) == 0


def test_attention_that_the_user_chose_keeps_its_layers(tmp_path: Path) -> None:
    assert hasten_layers(backbone("bert", tmp_path, attn_implementation="eager")) == 0


def test_names_weights_and_recorded_layers_stay(tmp_path: Path) -> None:
    plain = backbone("roberta", tmp_path)
    hastened = copy.deepcopy(plain)
    hasten_layers(hastened)
    again = copy.deepcopy(hastened)
    assert again.state_dict().keys() == plain.state_dict().keys()
    ids = torch.arange(6, 6 + 24).view(3, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = again(input_ids=ids, output_hidden_states=True).hidden_states
    assert len(states) == 5
    assert not torch.equal(states[-1], states[-2])
