"""Every pooling: a value by hand, padding of either side changes nothing, half precision agrees."""

import pytest
import torch
from torch import Tensor

from haechi import places
from haechi.modeling.encoded import Encoded
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import PoolingConfig

WITHOUT_WEIGHTS = ["cls", "mean", "max"]


def encoded(
    vectors: list[list[list[float]]], mask: list[list[int]], dtype: torch.dtype = torch.float32
) -> Encoded:
    layer_BTD = torch.tensor(vectors, dtype=dtype)
    return Encoded(
        (layer_BTD,), torch.tensor(mask), layer_BTD.new_ones(layer_BTD.shape[0], layer_BTD.shape[2])
    )


def pooled(kind: str, batch: Encoded) -> Tensor:
    return build_pooling(PoolingConfig(kind=kind), batch.layers_BTD[-1].shape[-1])(batch)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("cls", [1.0, -4.0]), ("mean", [2.0, -3.0]), ("max", [3.0, -2.0]), ("pooler", [1.0, 1.0])],
)
def test_the_value_by_hand(kind: str, expected: list[float]) -> None:
    batch = encoded([[[1, -4], [3, -2], [9, 9]]], [[1, 1, 0]])
    assert pooled(kind, batch).tolist() == [expected]


@pytest.mark.parametrize("kind", WITHOUT_WEIGHTS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_extra_padding_changes_nothing(kind: str, side: str) -> None:
    torch.manual_seed(0)
    tokens = torch.randn(2, 5, 8)
    padding = torch.full((2, 7, 8), 1e4)
    ones, zeros = torch.ones(2, 5, dtype=torch.int64), torch.zeros(2, 7, dtype=torch.int64)
    parts = [(padding, zeros), (tokens, ones)] if side == "left" else [(tokens, ones), (padding, zeros)]
    padded = Encoded((torch.cat([part[0] for part in parts], 1),), torch.cat([part[1] for part in parts], 1))
    # Sums may be taken in another order, so the last bit of a float32 may differ.
    assert torch.allclose(pooled(kind, padded), pooled(kind, Encoded((tokens,), ones)), atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", WITHOUT_WEIGHTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_a_row_of_padding_is_finite(kind: str, dtype: torch.dtype) -> None:
    vector = pooled(kind, encoded([[[1.0, 2.0]] * 3], [[0, 0, 0]], dtype))
    assert torch.isfinite(vector).all()
    assert vector.dtype is dtype


@pytest.mark.parametrize("kind", WITHOUT_WEIGHTS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float16, 2e-3), (torch.bfloat16, 2e-2)])
def test_half_precision_agrees_with_float32(kind: str, dtype: torch.dtype, tolerance: float) -> None:
    torch.manual_seed(1)
    tokens, mask = torch.randn(4, 300, 16), torch.ones(4, 300, dtype=torch.int64)
    full, half = pooled(kind, Encoded((tokens,), mask)), pooled(kind, Encoded((tokens.to(dtype),), mask))
    assert torch.allclose(full, half.float(), atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("kind", WITHOUT_WEIGHTS)
def test_gradients_are_those_of_finite_differences(kind: str) -> None:
    torch.manual_seed(2)
    tokens = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0]])

    def through(layer: Tensor) -> Tensor:
        # Sums are taken in float32, so that is the precision of the differences.
        return pooled(kind, Encoded((layer,), mask)).float()

    assert torch.autograd.gradcheck(through, (tokens,), eps=1e-2, atol=1e-3, rtol=1e-3)


def test_every_option_has_a_pooling_of_its_width() -> None:
    options = {path.stem for path in (places.CONF / "pooling").glob("*.yaml")}
    assert options
    for kind in options:
        assert build_pooling(PoolingConfig(kind=kind), 12).out_features == 12


def test_a_kind_without_a_case_is_named() -> None:
    with pytest.raises(ValueError, match="no case here"):
        build_pooling(PoolingConfig(kind="no_such_pooling"), 12)
