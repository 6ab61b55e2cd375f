"""A layer of BERT's kind on a CPU, in mixed-precision training, as one step of autograd.

The products of a layer take about half of its time where rows are short. Of the rest much is casts, sums of
gradients and the interpreter between some sixty operations: here query, key and value are one product, their
input is cast once, and what nobody else holds is computed in place. Precisions are those of autocast:
operands of products have two bytes, sums and norms four.
"""

from itertools import islice
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.activations import GELUActivation

from haechi.modeling.cpu_attention import NAME, as_bias, mix, mix_backward
from haechi.modeling.cpu_dropout import Bits, cleared, kept_scale, rounded_rate

# Shape suffixes: B rows, T tokens, N all tokens of all rows, D width of the model, H heads, E width of a
# head, Q three times D (query, key and value), I width of the feed-forward part.

FAMILIES = {"bert", "roberta", "xlm-roberta", "electra"}


class _Parameters(NamedTuple):
    """Those of a layer, as they are trained."""

    query: Tensor
    query_bias: Tensor
    key: Tensor
    key_bias: Tensor
    value: Tensor
    value_bias: Tensor
    after_attention: Tensor
    after_attention_bias: Tensor
    first_norm: Tensor
    first_norm_bias: Tensor
    inner: Tensor
    inner_bias: Tensor
    outer: Tensor
    outer_bias: Tensor
    last_norm: Tensor
    last_norm_bias: Tensor


class _Operands(NamedTuple):
    """The same as what is multiplied with."""

    heads_QD: Tensor
    heads_bias_Q: Tensor
    after_attention_DD: Tensor
    after_attention_bias_D: Tensor
    inner_ID: Tensor
    inner_bias_I: Tensor
    outer_DI: Tensor
    outer_bias_D: Tensor


class _Joined(NamedTuple):
    """What was added up and normed, kept for the backward pass."""

    total_ND: Tensor
    kept_ND: Tensor
    mean_N1: Tensor
    inverse_deviation_N1: Tensor


class Shape(NamedTuple):
    """What of a layer is not a tensor."""

    heads: int
    scaling: float
    """Of the scores."""
    attention_rate: float
    """Of the dropout of attention's shares."""
    rate: float
    """Of the dropout of what is added to the layer's input."""
    epsilon: float
    """Of the norms."""
    dtype: torch.dtype
    """Of the operands of products."""


class _Layer(torch.autograd.Function):
    @staticmethod
    @torch.autocast("cpu", enabled=False)
    def forward(ctx: Any, input_BTD: Tensor, mask: Tensor | None, shape: Shape, *tensors: Tensor) -> Tensor:
        parameters = _Parameters(*tensors)
        rows, tokens, width = input_BTD.shape
        operands, bits = _operands(parameters, shape.dtype), Bits()
        input_ND = input_BTD.reshape(-1, width)
        read_ND = input_ND.to(shape.dtype)
        heads_NQ = functional.linear(read_ND, operands.heads_QD, operands.heads_bias_Q)
        # One copy, after which each of the three is contiguous.
        split = heads_NQ.view(rows, tokens, 3, shape.heads, -1).permute(2, 0, 3, 1, 4).contiguous()
        query_BHTE, key_BHTE, value_BHTE = split
        query_BHTE *= shape.scaling
        bias = None if mask is None else as_bias(mask, shape.dtype)
        mixed_BHTE, signed_BHTT = mix(query_BHTE, key_BHTE, value_BHTE, bias, shape.attention_rate, bits)
        mixed_ND = mixed_BHTE.transpose(1, 2).reshape(-1, width)
        added_ND = functional.linear(mixed_ND, operands.after_attention_DD, operands.after_attention_bias_D)
        norm = parameters.first_norm, parameters.first_norm_bias
        middle_ND, first = _join(input_ND, added_ND, *norm, shape, bits)
        between_ND = middle_ND.to(shape.dtype)
        inner_NI = functional.linear(between_ND, operands.inner_ID, operands.inner_bias_I)
        active_NI = functional.gelu(inner_NI)
        added_ND = functional.linear(active_NI, operands.outer_DI, operands.outer_bias_D)
        norm = parameters.last_norm, parameters.last_norm_bias
        output_ND, last = _join(middle_ND, added_ND, *norm, shape, bits)
        ctx.shape = shape
        ctx.save_for_backward(
            read_ND, query_BHTE, key_BHTE, value_BHTE, signed_BHTT, mixed_ND, between_ND, inner_NI, active_NI,
            *first, *last, parameters.first_norm, parameters.last_norm, *operands,
        )  # fmt: skip
        return output_ND.view(rows, tokens, width)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        shape: Shape = ctx.shape
        saved = iter(ctx.saved_tensors)
        read_ND, query_BHTE, key_BHTE, value_BHTE, signed_BHTT = (next(saved) for _ in range(5))
        mixed_ND, between_ND, inner_NI, active_NI = (next(saved) for _ in range(4))
        first, last = _Joined(*islice(saved, 4)), _Joined(*islice(saved, 4))
        first_norm, last_norm, operands = next(saved), next(saved), _Operands(*saved)
        rows, heads, tokens, _ = query_BHTE.shape

        to_output_ND = gradients[0].reshape(read_ND.shape)
        to_middle_ND, to_added_ND, *to_last_norm = _unjoin(to_output_ND, last, last_norm, shape)
        to_outer = _linear_gradients(to_added_ND, active_NI)
        to_inner_NI = torch.ops.aten.gelu_backward(to_added_ND @ operands.outer_DI, inner_NI)
        to_inner = _linear_gradients(to_inner_NI, between_ND)
        to_middle_ND += to_inner_NI @ operands.inner_ID
        to_input_ND, to_added_ND, *to_first_norm = _unjoin(to_middle_ND, first, first_norm, shape)
        to_after_attention = _linear_gradients(to_added_ND, mixed_ND)
        to_mixed_ND = to_added_ND @ operands.after_attention_DD
        to_mixed_BHTE = to_mixed_ND.view(rows, tokens, heads, -1).transpose(1, 2)
        to_split = mix_backward(
            to_mixed_BHTE, query_BHTE, key_BHTE, value_BHTE, signed_BHTT, shape.attention_rate
        )
        to_split[0] *= shape.scaling
        to_heads_NQ = to_split.permute(1, 3, 0, 2, 4).reshape(len(read_ND), -1)
        to_input_ND += to_heads_NQ @ operands.heads_QD
        weights_QD, biases_Q = to_heads_NQ.t() @ read_ND, to_heads_NQ.sum(0)
        kind = torch.promote_types(shape.dtype, torch.float32)
        pairs = zip(weights_QD.chunk(3), biases_Q.chunk(3), strict=True)
        to_heads = (part.to(kind) for pair in pairs for part in pair)
        return (
            to_input_ND.view(gradients[0].shape), None, None, *to_heads, *to_after_attention, *to_first_norm,
            *to_inner, *to_outer, *to_last_norm,
        )  # fmt: skip


def _operands(parameters: _Parameters, dtype: torch.dtype) -> _Operands:
    """The weights of the products in another precision, those of query, key and value in one."""
    of = parameters
    width = of.query.shape[1]
    heads_QD = torch.empty(3 * width, width, dtype=dtype)
    heads_bias_Q = torch.empty(3 * width, dtype=dtype)
    for part, tensor in zip(heads_QD.chunk(3), (of.query, of.key, of.value), strict=True):
        part.copy_(tensor)
    for part, tensor in zip(heads_bias_Q.chunk(3), (of.query_bias, of.key_bias, of.value_bias), strict=True):
        part.copy_(tensor)
    others = (
        of.after_attention, of.after_attention_bias, of.inner, of.inner_bias, of.outer, of.outer_bias,
    )  # fmt: skip
    return _Operands(heads_QD, heads_bias_Q, *(tensor.to(dtype) for tensor in others))


def _join(
    input_ND: Tensor, added_ND: Tensor, weight_D: Tensor, bias_D: Tensor, shape: Shape, bits: Bits
) -> tuple[Tensor, _Joined]:
    """The norm of an input and what is added to it, after dropout; `added_ND` is changed."""
    kept_ND = bits.kept(added_ND.shape, shape.rate)
    total_ND = torch.add(input_ND, cleared(added_ND, kept_ND), alpha=kept_scale(shape.rate))
    output_ND, *saved = torch.native_layer_norm(total_ND, weight_D.shape, weight_D, bias_D, shape.epsilon)
    return output_ND, _Joined(total_ND, kept_ND, *saved)


def _unjoin(
    to_output_ND: Tensor, joined: _Joined, weight_D: Tensor, shape: Shape
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of `_join`'s input, of what is added, and of the norm's weight and bias."""
    total_ND, kept_ND, *saved = joined
    to_total_ND, to_weight_D, to_bias_D = torch.ops.aten.native_layer_norm_backward(
        to_output_ND, total_ND, weight_D.shape, *saved, weight_D, weight_D, [True, True, True]
    )
    to_added_ND = to_total_ND.to(shape.dtype, copy=True).mul_(kept_scale(shape.rate))
    return to_total_ND, cleared(to_added_ND, kept_ND), to_weight_D, to_bias_D


def _linear_gradients(to_output: Tensor, input: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of the weight and the bias of a product, as the parameters want them."""
    kind = torch.promote_types(input.dtype, torch.float32)
    return (to_output.t() @ input).to(kind), to_output.sum(0).to(kind)


def through(layer: Any, states_BTD: Tensor, mask: Tensor | None, dtype: torch.dtype) -> Tensor:
    """Vectors of the tokens through a layer, with dropout.

    Args:
        layer: of BERT's kind.
        states_BTD: vectors.
        mask: None, or bool (B or 1, 1, T or 1, T) that is true where a token is seen.
        dtype: of the products' operands.

    Returns:
        (B, T, D).
    """
    attention, after = layer.attention.self, layer.attention.output
    shape = Shape(
        attention.num_attention_heads, attention.scaling, attention.dropout.p, after.dropout.p,
        after.LayerNorm.eps, dtype,
    )  # fmt: skip
    return cast(Tensor, _Layer.apply(states_BTD, mask, shape, *_parameters(layer)))


def _parameters(layer: Any) -> _Parameters:
    attention, after, end = layer.attention.self, layer.attention.output, layer.output
    modules = (
        attention.query, attention.key, attention.value, after.dense, after.LayerNorm,
        layer.intermediate.dense, end.dense, end.LayerNorm,
    )  # fmt: skip
    return _Parameters(*(tensor for module in modules for tensor in (module.weight, module.bias)))


class CpuLayer(nn.Module):
    """Stands before a layer's own class; what it is not made for, the layer does as ever."""

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor | None = None, *rest: Any, **options: Any
    ) -> Tensor:
        """Vectors of the tokens, (B, T, D), through the layer."""
        layer = cast(Any, self)
        rates = layer.attention.self.dropout.p, layer.attention.output.dropout.p
        here = (
            self.training
            and not torch.compiler.is_compiling()
            and torch.is_grad_enabled()
            and torch.is_autocast_enabled("cpu")
            and hidden_states.dtype == torch.float32
            and (attention_mask is None or attention_mask.dtype == torch.bool)
            and all(0 < rounded_rate(rate) < 1 for rate in rates)
            and all(value is None or value is False for value in (*rest, *options.values()))
            and all(tensor.requires_grad and tensor.dtype == torch.float32 for tensor in _parameters(layer))
        )
        if here:
            return through(layer, hidden_states, attention_mask, torch.get_autocast_dtype("cpu"))
        return cast(Tensor, super().forward(hidden_states, attention_mask, *rest, **options))


def hasten_layers(backbone: PreTrainedModel) -> int:
    """Put `CpuLayer` before the layers of a backbone of BERT's family that runs on a CPU.

    Layers whose parts have hooks, and so are watched or changed, stay as they are.

    Returns:
        How many layers have it.
    """
    config = backbone.config
    if config.model_type not in FAMILIES or config._attn_implementation != NAME or config.is_decoder:
        return 0
    found = 0
    for layer in cast(Any, backbone).encoder.layer:
        parts = (module for module in layer.modules() if module is not layer)
        is_watched = any(module._forward_pre_hooks or module._forward_hooks for module in parts)
        if isinstance(layer.intermediate.intermediate_act_fn, GELUActivation) and not is_watched:
            layer.__class__ = type(f"Cpu{type(layer).__name__}", (CpuLayer, type(layer)), {})
            found += 1
    return found
