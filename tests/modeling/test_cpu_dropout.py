"""Masks from random bits drop as many as they should, and come back with torch's generator."""

import pytest
import torch
from torch import nn

from haechi.modeling.cpu_dropout import Bits, CpuDropout, cleared, hasten_dropout, rounded_rate

RATES = [0.1, 0.5, 1 / 2**15, 0.9]


@pytest.mark.parametrize("rate", RATES)
def test_as_many_are_dropped_as_the_rate_says(rate: float) -> None:
    torch.manual_seed(0)
    kept = Bits().kept((2000, 501), rate)
    share = (kept == 0).double().mean().item()
    deviation = (rate * (1 - rate) / kept.numel()) ** 0.5
    assert set(kept.unique().tolist()) == {-1, 0}
    assert abs(share - rounded_rate(rate)) < 5 * deviation


def test_a_mask_has_no_pattern_along_rows_or_columns() -> None:
    torch.manual_seed(0)
    dropped = (Bits().kept((400, 400), 0.5) == 0).double() - 0.5
    for other in (dropped.roll(1, 0), dropped.roll(1, 1), dropped.roll(4, 1), dropped.roll(64, 1)):
        assert abs((dropped * other).mean().item()) < 5 * 0.25 / 400


@pytest.mark.parametrize("rate", RATES[:2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_what_is_kept_is_scaled_so_that_the_expectation_stays(rate: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    dropped = CpuDropout(rate)(torch.ones(1000, 1000, dtype=dtype)).double()
    assert dropped.mean().item() == pytest.approx(1, abs=0.005)
    assert set(dropped.unique().tolist()) == {0.0, dropped.max().item()}


def test_the_gradient_passes_where_the_number_did() -> None:
    torch.manual_seed(0)
    numbers = torch.randn(50, 60, requires_grad=True)
    output = CpuDropout(0.3)(numbers)
    output.sum().backward()
    assert numbers.grad is not None
    torch.testing.assert_close(numbers.grad * numbers.detach(), output.detach())


def test_a_tensor_in_another_order_of_memory_is_dropped_by_place() -> None:
    torch.manual_seed(0)
    numbers = torch.randn(7, 5, 3).transpose(0, 2).requires_grad_()
    output = CpuDropout(0.5)(numbers)
    output.backward(torch.ones_like(output).transpose(0, 1).contiguous().transpose(0, 1))
    assert numbers.grad is not None
    torch.testing.assert_close(numbers.grad * numbers.detach(), output.detach())
    assert ((output == 0) | (output == numbers * 2)).all()


def test_infinite_and_missing_numbers_are_cleared_too() -> None:
    kept = torch.tensor([0, 0, -1], dtype=torch.int16)
    assert cleared(torch.tensor([float("inf"), float("nan"), 2.0]), kept).tolist() == [0, 0, 2]


def test_the_generator_of_torch_restores_the_masks() -> None:
    numbers, layer = torch.ones(100), CpuDropout(0.5)
    torch.manual_seed(3)
    state = torch.get_rng_state()
    first, second = layer(numbers), layer(numbers)
    assert not torch.equal(first, second)
    torch.set_rng_state(state)
    assert torch.equal(layer(numbers), first)
    assert torch.equal(layer(numbers), second)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_nothing_and_everything_may_be_dropped(rate: float) -> None:
    assert torch.equal(CpuDropout(rate)(torch.ones(3)), torch.full((3,), 1 - rate))


def test_an_evaluation_drops_nothing() -> None:
    assert torch.equal(CpuDropout(0.5).eval()(torch.ones(3)), torch.ones(3))


def test_every_dropout_of_a_model_is_replaced_and_its_rate_and_mode_stay() -> None:
    model = nn.Sequential(nn.Dropout(0.1), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.2).eval()))
    names = list(model.state_dict())
    hasten_dropout(model)
    first, inner = model[0], model[1][1]
    assert isinstance(first, CpuDropout)
    assert isinstance(inner, CpuDropout)
    assert (first.p, first.training, inner.p, inner.training) == (0.1, True, 0.2, False)
    assert list(model.state_dict()) == names
