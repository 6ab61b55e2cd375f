"""Which positions a pooling reads, and sums over them. What stands at any other position has no influence,
not even if it is infinite or no number."""

import torch
from torch import Tensor

from haechi.modeling.encoded import Encoded

# Shape suffixes: B rows, T tokens with padding, D hidden size.


def counted_tokens(encoded: Encoded, include_special_tokens: bool) -> Tensor:
    """True (B, T) for the tokens that count: no padding and, if so wanted, no special tokens.

    Raises:
        ValueError: special tokens are to be left out and the batch does not say which they are.
    """
    tokens_BT = encoded.mask_BT.bool()
    if include_special_tokens:
        return tokens_BT
    if encoded.special_BT is None:
        raise ValueError("include_special_tokens=false needs a batch with special_tokens_mask")
    return tokens_BT & ~encoded.special_BT.bool()


def wide_dtype(layer_BTD: Tensor) -> torch.dtype:
    """The dtype of sums: float32 at least, so that half precision agrees with full precision."""
    return torch.promote_types(layer_BTD.dtype, torch.float32)


def sum_over(layer_BTD: Tensor, counted_BT: Tensor, weights_BT: Tensor | None = None) -> Tensor:
    """Sum of the counted vectors, weighted or not: (B, D) in the dtype of sums; zeros where none counts."""
    filled_BTD = layer_BTD.masked_fill(~counted_BT.unsqueeze(-1), 0)
    if weights_BT is not None:
        filled_BTD = filled_BTD * weights_BT.unsqueeze(-1)
    return filled_BTD.sum(dim=1, dtype=wide_dtype(layer_BTD))


def mean_over(layer_BTD: Tensor, counted_BT: Tensor) -> Tensor:
    """Average of the counted vectors: (B, D) in the dtype of sums; zeros where none counts."""
    return sum_over(layer_BTD, counted_BT) / counted_BT.sum(dim=1, keepdim=True).clamp(min=1)


def first_position(mask_BT: Tensor) -> Tensor:
    """First position that is not padding (B,); 0 in a row of padding."""
    return mask_BT.to(torch.int64).argmax(dim=1)


def last_position(mask_BT: Tensor) -> Tensor:
    """Last position that is not padding (B,), whichever side is padded; the last one in a row of padding."""
    return mask_BT.shape[1] - 1 - first_position(mask_BT.flip(1))


def vector_at(layer_BTD: Tensor, position_B: Tensor, mask_BT: Tensor) -> Tensor:
    """The vector (B, D) at one position of each row; zeros where that is padding or negative."""
    rows_B = torch.arange(layer_BTD.shape[0], device=layer_BTD.device)
    within_B = position_B.clamp(min=0)
    is_token_B = mask_BT[rows_B, within_B].bool() & (position_B >= 0)
    return layer_BTD[rows_B, within_B].masked_fill(~is_token_B.unsqueeze(-1), 0)
