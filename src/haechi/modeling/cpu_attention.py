"""Attention on a CPU, in training: with dropout torch has no fused kernel there and takes the slowest path.

The rows of a batch go through in blocks that stay in the cache. For the backward pass one tensor is kept: the
share of each token, and in its sign whether it was dropped.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from haechi.modeling.cpu_dropout import INTEGERS, Bits, cleared, kept_scale, rounded_rate

# Shape suffixes: B rows, H heads, T tokens, D width of a head.

NAME = "haechi_cpu"
STOCK = "sdpa"
SCORES_PER_BLOCK = 2**20
"""Two megabytes in bf16: what a core's cache holds beside the operands."""

REGISTER = 16
"""Numbers of four bytes that a register of AVX-512 holds; rows of fewer torch takes one number at a time."""


def mix(
    query_BHTD: Tensor, key_BHTD: Tensor, value_BHTD: Tensor, bias: Tensor | None, rate: float, bits: Bits
) -> tuple[Tensor, Tensor]:
    """Values by their shares, and the shares, where a sign says which are dropped.

    Args:
        query_BHTD: contiguous and scaled.
        key_BHTD: contiguous.
        value_BHTD: contiguous.
        bias: what is added to the scores, (B or 1, 1, T, T).
        rate: of dropout.
        bits: where masks come from.

    Returns:
        (B, H, T, D) and (B, H, T, T).
    """
    rows, heads, tokens, _ = query_BHTD.shape
    signed_BHTT = query_BHTD.new_empty(rows, heads, tokens, tokens)
    mixed_BHTD = torch.empty_like(query_BHTD)
    block = _rows_at_once(signed_BHTT)
    for start in range(0, rows, block):
        part = slice(start, start + block)
        scores = query_BHTD[part] @ key_BHTD[part].transpose(-1, -2)
        if bias is not None:
            scores += bias[part] if len(bias) > 1 else bias
        shares = signed_BHTT[part].copy_(_softmax(scores))
        kept = bits.kept(shares.shape, rate)
        torch.matmul(cleared(scores.copy_(shares), kept), value_BHTD[part], out=mixed_BHTD[part])
        _sign(shares, kept)
    return mixed_BHTD.mul_(kept_scale(rate)), signed_BHTT


def mix_backward(
    to_mixed_BHTD: Tensor, query_BHTD: Tensor, key_BHTD: Tensor, value_BHTD: Tensor, signed_BHTT: Tensor,
    rate: float,
) -> Tensor:  # fmt: skip
    """Gradients of the scaled query, the key and the value, from that of `mix`'s values.

    Returns:
        (3, B, H, T, D).
    """
    to_mixed_BHTD = (to_mixed_BHTD * kept_scale(rate)).contiguous()
    found = value_BHTD.new_empty(3, *value_BHTD.shape)
    to_query, to_key, to_value = found
    block = _rows_at_once(signed_BHTT)
    for start in range(0, len(query_BHTD), block):
        part = slice(start, start + block)
        kept = _kept(signed_BHTT[part])
        shares = signed_BHTT[part].abs()
        to_shares = cleared(to_mixed_BHTD[part] @ value_BHTD[part].transpose(-1, -2), kept)
        to_scores = _softmax_backward(to_shares, shares)
        torch.matmul(to_scores, key_BHTD[part], out=to_query[part])
        torch.matmul(to_scores.transpose(-1, -2), query_BHTD[part], out=to_key[part])
        torch.matmul(cleared(shares, kept).transpose(-1, -2), to_mixed_BHTD[part], out=to_value[part])
    return found


def _rows_at_once(signed_BHTT: Tensor) -> int:
    return max(1, SCORES_PER_BLOCK // signed_BHTT[0].numel())


def as_bias(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """What hides the tokens that a mask, true where one is seen, hides."""
    return torch.zeros(mask.shape, dtype=dtype).masked_fill_(~mask, torch.finfo(dtype).min)


class _Attention(torch.autograd.Function):
    @staticmethod
    @torch.autocast("cpu", enabled=False)
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, rate: float, scaling: float
    ) -> Tensor:
        query_BHTD, key_BHTD, value_BHTD = (
            (query * scaling).contiguous(),
            key.contiguous(),
            value.contiguous(),
        )
        mixed_BHTD, signed_BHTT = mix(query_BHTD, key_BHTD, value_BHTD, bias, rate, Bits())
        ctx.save_for_backward(query_BHTD, key_BHTD, value_BHTD, signed_BHTT)
        ctx.scaling, ctx.rate = scaling, rate
        return mixed_BHTD

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        query_BHTD, key_BHTD, value_BHTD, signed_BHTT = ctx.saved_tensors
        to_query, to_key, to_value = mix_backward(
            gradients[0], query_BHTD, key_BHTD, value_BHTD, signed_BHTT, ctx.rate
        )
        return to_query.mul_(ctx.scaling), to_key, to_value, None, None, None


def _softmax(scores: Tensor) -> Tensor:
    """Shares, in four bytes at least: of two torch takes those one by one that do not fill a register."""
    tokens, kind = scores.shape[-1], torch.promote_types(scores.dtype, torch.float32)
    if tokens < REGISTER:
        scores = functional.pad(scores, (0, REGISTER - tokens), value=-torch.inf)
    return torch.softmax(scores, dim=-1, dtype=kind)[..., :tokens]


def _softmax_backward(to_shares: Tensor, shares: Tensor) -> Tensor:
    """Gradients of the scores; in four bytes where a row of two-byte numbers does not fill a register."""
    kind, tokens = shares.dtype, shares.shape[-1]
    if shares.element_size() == 2 and tokens < 2 * REGISTER:
        to_shares, shares = to_shares.float(), shares.float()
    if tokens < REGISTER:
        missing = (0, REGISTER - tokens)
        to_shares, shares = functional.pad(to_shares, missing), functional.pad(shares, missing)
    found = torch.ops.aten._softmax_backward_data(to_shares, shares, -1, shares.dtype)
    # In one piece, as the products want it.
    return found[..., :tokens].to(kind, memory_format=torch.contiguous_format)


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
        and not torch.compiler.is_compiling()
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
    bias = None if attention_mask is None else as_bias(attention_mask, query.dtype)
    if scaling is None:
        scaling = query.shape[-1] ** -0.5
    mixed = cast(Tensor, _Attention.apply(query, key, value, bias, dropout, scaling))
    return mixed.transpose(1, 2).contiguous(), None


def hasten_attention(backbone: PreTrainedModel) -> None:
    """Sets the attention of a backbone that runs on a CPU and would use torch's."""
    if backbone.config._attn_implementation == STOCK:
        AttentionInterface.register(NAME, attend)
        AttentionMaskInterface.register(NAME, sdpa_mask)
        backbone.set_attn_implementation(NAME)
