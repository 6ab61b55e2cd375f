"""Losses as sums: by hand, against transformers' own models, and whatever the padding is."""

import math

import pytest
import torch
from torch.nn import functional

from haechi.modeling.heads import SpanHead
from haechi.schema.task import Objective
from haechi.training.loss import summed_loss


def test_tokens_without_a_label_do_not_count() -> None:
    logits = torch.zeros(2, 3, 4)
    labels = torch.tensor([[-100, 1, 2], [-100, 3, -100]])
    total = summed_loss(Objective.token_classification, logits, labels)
    assert float(total) == pytest.approx(3 * math.log(4))
    shaken = logits.clone()
    shaken[labels == -100] = torch.randn(3, 4)
    assert torch.equal(summed_loss(Objective.token_classification, shaken, labels), total)


def test_a_span_is_two_choices_of_a_position() -> None:
    logits, labels = torch.randn(5, 7, 2), torch.randint(0, 7, (5, 2))
    expected = sum(
        functional.cross_entropy(logits[..., side], labels[:, side], reduction="sum") for side in (0, 1)
    )
    assert torch.allclose(summed_loss(Objective.span, logits, labels), torch.as_tensor(expected))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_padding_changes_nothing_in_the_loss_of_a_span(smoothing: float) -> None:
    torch.manual_seed(0)
    head, labels = SpanHead(8), torch.tensor([[1, 2], [0, 0]])
    tokens, mask = torch.randn(2, 4, 8), torch.ones(2, 4)
    short = summed_loss(Objective.span, head(tokens, mask), labels, smoothing)
    longer = torch.cat([tokens, torch.randn(2, 3, 8)], dim=1)
    mask = torch.cat([mask, torch.zeros(2, 3)], dim=1)
    long = summed_loss(Objective.span, head(longer, mask), labels, smoothing)
    assert torch.allclose(long, short)
    expected = functional.cross_entropy(
        head(tokens, torch.ones(2, 4)).transpose(1, 2).flatten(0, 1).reshape(4, 4), labels.flatten(),
        reduction="sum", label_smoothing=smoothing,
    )  # fmt: skip
    assert torch.allclose(short, expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_masked_positions_are_finite_and_without_a_share_in_half_precision(dtype: torch.dtype) -> None:
    head = SpanHead(8).to(dtype)
    logits = head(torch.randn(1, 4, 8, dtype=dtype), torch.tensor([[1, 1, 0, 0]]))
    assert torch.isfinite(logits).all()
    assert logits.float().softmax(dim=1)[:, 2:].abs().sum() == 0
