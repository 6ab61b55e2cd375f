"""Padding: a pooling that looks at it is told, the others are not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from checkpoints import local, tiny_copy
from examining import evidence_of
from families import FAMILIES, write_family
from haechi.deep.batch import Trial, try_first_batch
from haechi.deep.padding import MOST_PADDING, try_padding
from haechi.modeling.encoded import Encoded
from haechi.preflight.depth import PaddingEffect
from haechi.preflight.rules.padding_changes_vector import MOST_SHARE
from haechi.schema.pooling import OWN_KEYS
from tasks import pair_task, relation_task, span_task, tagged_task


class Unmasked(nn.Module):
    """An average over everything, padding included."""

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        return encoded.layers_BTD[-1].mean(dim=1)


class Neighbours(nn.Module):
    """Vectors that depend on the other rows of the batch."""

    def forward(self, encoded: Encoded) -> Tensor:
        """Encoded batch -> (B, D)."""
        first_BD = encoded.layers_BTD[-1][:, 0]
        return first_BD - first_BD.mean(dim=0)


def tried(*overrides: str) -> Trial:
    """A run whose first batch went through."""
    trial = try_first_batch(evidence_of(overrides))
    assert trial is not None
    assert trial.model is not None
    return trial


def effect(trial: Trial, positions: int | None = 128) -> PaddingEffect:
    """What padding does to it."""
    assert trial.model is not None
    assert trial.collate is not None
    found = try_padding(trial.model, trial.items, trial.collate, positions)
    assert found is not None
    return found


@pytest.mark.parametrize("pooling", sorted(set(OWN_KEYS) - {"pooler", "entity_start"}))
def test_the_poolings_here_do_not_look_at_padding(pooling: str) -> None:
    found = effect(tried(f"pooling={pooling}"))
    assert found.largest < MOST_SHARE / 1000
    assert found.positions == MOST_PADDING


@pytest.mark.parametrize("task", [relation_task, span_task, tagged_task, pair_task])
def test_no_objective_looks_at_padding(tmp_path: Path, task: Callable[..., list[str]]) -> None:
    assert effect(tried(*task(tmp_path))).largest < MOST_SHARE / 1000


def test_a_bi_encoder_is_compared_by_both_texts() -> None:
    trial = tried("task=sample_sts", "task.encoder=bi")
    assert effect(trial).largest < MOST_SHARE / 1000
    assert trial.model is not None
    encode = trial.model.encoder.forward
    first = True

    def second_looks_at_padding(*inputs: Tensor) -> Encoded:
        nonlocal first
        first, is_first = not first, first
        found = encode(*inputs)
        if is_first:
            return found
        moved = found.layers_BTD[-1] + inputs[1].float().sum(dim=1).mean()
        return replace(found, layers_BTD=(moved,))

    trial.model.encoder.forward = second_looks_at_padding  # type: ignore[method-assign]
    assert effect(trial).largest > MOST_SHARE


def test_weights_in_half_precision_are_compared_in_full() -> None:
    assert effect(tried("model.dtype=bfloat16")).largest < MOST_SHARE / 1000


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_no_family_looks_at_padding(tmp_path: Path, family: str) -> None:
    trial = tried(*local(write_family(tmp_path / "checkpoint", family)))
    assert effect(trial).largest < MOST_SHARE / 1000


def test_a_pooling_without_the_mask_is_told() -> None:
    trial = tried()
    assert trial.model is not None
    trial.model.pooling = Unmasked()
    found = effect(trial)
    assert min(found.padded, found.alone) > 10 * MOST_SHARE


def test_a_pooling_that_looks_at_other_rows_is_told() -> None:
    trial = tried()
    assert trial.model is not None
    trial.model.pooling = Neighbours()
    assert effect(trial).alone > 10 * MOST_SHARE


def test_a_vector_that_is_no_number_is_told() -> None:
    trial = tried()
    assert trial.model is not None
    trial.model.encoder.register_forward_hook(
        lambda _, inputs, output: replace(output, layers_BTD=(output.layers_BTD[-1] * torch.nan,))
    )
    assert not effect(trial).largest <= MOST_SHARE


def test_no_more_positions_than_the_model_has(tmp_path: Path) -> None:
    trial = tried(*local(tiny_copy(tmp_path / "checkpoint")))
    longest = max(len(item["input_ids"]) for item in trial.items)
    assert effect(trial, longest + 3).positions == 3
    # The longest row has no room, the others have.
    assert effect(trial, longest).rows < len(trial.items)


def test_no_room_for_padding_is_no_answer() -> None:
    trial = tried()
    shortest = min(len(item["input_ids"]) for item in trial.items)
    assert trial.model is not None
    assert trial.collate is not None
    assert try_padding(trial.model, trial.items, trial.collate, shortest) is None
