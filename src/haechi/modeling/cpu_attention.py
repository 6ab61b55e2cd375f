"""Attention on a CPU, in training: with dropout torch has no fused kernel there and takes the slowest path.

The rows of a batch go through in blocks that stay in the cache. For the backward pass one tensor is kept: the
share of each token, and in its sign whether it was dropped.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from haechi.modeling.cpu_dropout import INTEGERS, Bits, cleared, rounded_rate

# Shape suffixes: B rows, H heads, T tokens, D width of a head.

NAME = "haechi_cpu"
STOCK = "sdpa"
SCORES_PER_BLOCK = 2**20
"""Two megabytes in bf16: what a core's cache holds beside the operands."""

HALF_REGISTER = 32
"""Numbers of two bytes that a register of AVX-512 holds."""


class _Attention(torch.autograd.Function):
    @staticmethod
    @torch.autocast("cpu", enabled=False)
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, rate: float, scaling: float
    ) -> Tensor:
        query_BHTD, key_BHTD, value_BHTD = (
            (query * scaling).contiguous(),
            key.contiguous(),
            value.contiguous(),
        )
        rows, heads, tokens, _ = query_BHTD.shape
        signed_BHTT = query_BHTD.new_empty(rows, heads, tokens, tokens)
        mixed_BHTD = torch.empty_like(query_BHTD)
        bits = Bits()
        block = max(1, SCORES_PER_BLOCK // (heads * tokens * tokens))
        for start in range(0, rows, block):
            part = slice(start, start + block)
            scores = query_BHTD[part] @ key_BHTD[part].transpose(-1, -2)
            if mask is not None:
                scores += mask[part] if len(mask) > 1 else mask
            # Of numbers of two bytes torch takes those one by one that do not fill a register.
            exact = torch.softmax(scores, dim=-1, dtype=torch.promote_types(scores.dtype, torch.float32))
            shares = signed_BHTT[part].copy_(exact)
            kept = bits.kept(shares.shape, rate)
            torch.matmul(cleared(scores.copy_(shares), kept), value_BHTD[part], out=mixed_BHTD[part])
            _sign(shares, kept)
        ctx.save_for_backward(query_BHTD, key_BHTD, value_BHTD, signed_BHTT)
        ctx.scaling, ctx.kept_scale, ctx.block = scaling, 1 / (1 - rounded_rate(rate)), block
        return mixed_BHTD.mul_(ctx.kept_scale)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        query_BHTD, key_BHTD, value_BHTD, signed_BHTT = ctx.saved_tensors
        mixed_BHTD = (gradients[0] * ctx.kept_scale).contiguous()
        to_query, to_key, to_value = (torch.empty_like(value_BHTD) for _ in range(3))
        for start in range(0, len(query_BHTD), ctx.block):
            part = slice(start, start + ctx.block)
            kept = _kept(signed_BHTT[part])
            shares = signed_BHTT[part].abs()
            to_shares = cleared(mixed_BHTD[part] @ value_BHTD[part].transpose(-1, -2), kept)
            to_scores = _softmax_backward(to_shares, shares)
            torch.matmul(to_scores, key_BHTD[part], out=to_query[part])
            torch.matmul(to_scores.transpose(-1, -2), query_BHTD[part], out=to_key[part])
            torch.matmul(cleared(shares, kept).transpose(-1, -2), mixed_BHTD[part], out=to_value[part])
        return to_query.mul_(ctx.scaling), to_key, to_value, None, None, None


def _softmax_backward(to_shares: Tensor, shares: Tensor) -> Tensor:
    """Gradients of the scores; in float32 where a row of two-byte numbers does not fill a register."""
    kind = shares.dtype
    if shares.element_size() == 2 and shares.shape[-1] < HALF_REGISTER:
        to_shares, shares = to_shares.float(), shares.float()
    return torch.ops.aten._softmax_backward_data(to_shares, shares, -1, shares.dtype).to(kind)


def _sign(shares: Tensor, kept: Tensor) -> None:
    """Sets the sign of the shares that are dropped, which are never negative themselves; in place."""
    integers = INTEGERS[shares.element_size()]
    signs = kept.bitwise_not().to(integers) << (8 * shares.element_size() - 1)
    shares.view(integers).bitwise_or_(signs)


def _kept(signed: Tensor) -> Tensor:
    """The mask that the signs say; -0.0 has one too."""
    shift = 8 * signed.element_size() - 1
    return (signed.view(INTEGERS[signed.element_size()]) >> shift).bitwise_not_().to(torch.int16)


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """What a model's layers call; only self-attention with dropout is done here, the rest by torch.

    Shape:
        query, key, value: (B, H, T, D).
        attention_mask: None, or bool (B or 1, 1, T, T) that is true where a token is seen.
        returns: (B, T, H, D).
    """
    here = (
        query.device.type == "cpu"
        and 0 < rounded_rate(dropout) < 1
        and query.shape == key.shape == value.shape
        and (attention_mask is None or attention_mask.dtype == torch.bool)
        # Without a mask a causal module is causal by torch's flag.
        and (attention_mask is not None or not getattr(module, "is_causal", False))
        and not any(options.get(name) is not None for name in ("position_bias", "softcap", "cache"))
    )
    if not here:
        return cast(
            tuple[Tensor, None],
            sdpa_attention_forward(
                module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **options
            ),
        )
    mask = None
    if attention_mask is not None:
        lowest = torch.finfo(query.dtype).min
        mask = query.new_zeros(attention_mask.shape).masked_fill_(~attention_mask, lowest)
    if scaling is None:
        scaling = query.shape[-1] ** -0.5
    mixed = cast(Tensor, _Attention.apply(query, key, value, mask, dropout, scaling))
    return mixed.transpose(1, 2).contiguous(), None


def hasten_attention(backbone: PreTrainedModel) -> None:
    """Sets the attention of a backbone that runs on a CPU and would use torch's."""
    if backbone.config._attn_implementation == STOCK:
        AttentionInterface.register(NAME, attend)
        AttentionMaskInterface.register(NAME, sdpa_mask)
        backbone.set_attn_implementation(NAME)
