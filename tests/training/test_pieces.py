"""Each piece adds what its paper says, at its place of a step, and nothing when it is off."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from haechi.data.collate import Collator
from haechi.data.split import IGNORED
from haechi.schema.task import Objective
from haechi.schema.trainer import Strategy
from haechi.training.loss import summed_loss
from haechi.training.pieces.average import Average
from haechi.training.pieces.fgm import Fgm
from haechi.training.pieces.r_drop import RDrop
from trainings import OBJECTIVES, Training, model_of, run, split_of

every_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)


def weights(found: Training) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in found.model.state_dict().items()}


def batch_of(objective: Objective) -> dict[str, Tensor]:
    split = split_of(6, 0, objective)
    return Collator(0)([split[index] for index in range(6)])


@every_objective
def test_two_equal_passes_diverge_by_nothing(tmp_path: Path, objective: Objective) -> None:
    batch, model = batch_of(objective), model_of(tmp_path, objective)
    logits = model(**batch)["logits"]
    added = RDrop(objective, 4.0).loss(logits, batch["labels"], lambda: model(**batch)["logits"])
    assert float(added) == pytest.approx(0, abs=1e-4)


@every_objective
def test_r_drop_trains_with_every_objective_and_changes_the_weights(
    tmp_path: Path, objective: Objective
) -> None:
    without = run(tmp_path, "without", "custom", objective=objective, dropout=0.2)
    found = run(tmp_path, "with", "custom", objective=objective, dropout=0.2, r_drop_alpha=1.0)
    assert all(loss == loss and abs(loss) < 1e4 for loss in found.losses)
    assert any(not torch.equal(one, weights(found)[name]) for name, one in weights(without).items())


def test_r_drop_is_the_mean_of_both_losses_and_the_symmetric_divergence() -> None:
    """Against the formula with torch's own kl_div."""
    torch.manual_seed(0)
    one, other, labels = torch.randn(8, 5), torch.randn(8, 5), torch.randint(0, 5, (8,))
    objective = Objective.classification
    added = RDrop(objective, 3.0).loss(one, labels, lambda: other)
    first, second = (summed_loss(objective, logits, labels) for logits in (one, other))
    left, right = one.log_softmax(-1), other.log_softmax(-1)
    divergence = sum(
        nn.functional.kl_div(given, wanted, reduction="sum", log_target=True)
        for given, wanted in ((left, right), (right, left))
    )
    wanted = (first + second) / 2 + 3.0 * divergence / 2
    assert float(first + added) == pytest.approx(float(wanted), rel=1e-5)


def test_tokens_without_a_label_and_padding_add_no_divergence() -> None:
    torch.manual_seed(0)
    one, other = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    labels = torch.tensor([[IGNORED, 1, IGNORED, IGNORED], [IGNORED] * 4])
    piece = RDrop(Objective.token_classification, 1.0)
    alone = RDrop(Objective.classification, 1.0)
    wanted = alone.divergence(one[0, 1:2], other[0, 1:2], labels[0, 1:2])
    assert float(piece.divergence(one, other, labels)) == pytest.approx(float(wanted))


def test_fgm_moves_the_embeddings_by_epsilon_against_the_loss_and_back(tmp_path: Path) -> None:
    model, batch = model_of(tmp_path), batch_of(Objective.classification)
    table: Any = model.encoder.backbone.get_input_embeddings()
    before = table.weight.detach().clone()
    summed_loss(Objective.classification, model(**batch)["logits"], batch["labels"]).backward()
    gradient = table.weight.grad.clone()
    seen: list[Tensor] = []
    Fgm(model, 0.5).after_backward(lambda: seen.append(table.weight.detach().clone()))
    torch.testing.assert_close(seen[0] - before, 0.5 * gradient / gradient.norm(), atol=1e-6, rtol=1e-4)
    assert torch.equal(table.weight, before)


def test_fgm_adds_the_gradient_of_the_moved_embeddings(tmp_path: Path) -> None:
    """One step of plain accumulation: gradients of both passes, by hand."""
    found = run(tmp_path, "fgm", "custom", 8, fgm_epsilon=0.3, per_device_train_batch_size=8)
    plain = run(tmp_path, "plain", "custom", 8, per_device_train_batch_size=8)
    assert found.losses == plain.losses
    assert found.of("train/grad_norm")[0] > 1.2 * plain.of("train/grad_norm")[0]


def test_averages_follow_the_formula_and_are_what_is_evaluated_and_kept(tmp_path: Path) -> None:
    seen: list[dict[str, Tensor]] = []
    model = model_of(tmp_path)
    averages = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    original = Average.after_step

    def spy(self: Average) -> None:
        original(self)
        seen.append({name: tensor.clone() for name, tensor in model.state_dict().items()})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Average, "after_step", spy)
        found = run(tmp_path, "ema", "custom", 48, model=model, ema_decay=0.9, num_train_epochs=4,
                    per_device_train_batch_size=16, eval_strategy=Strategy.steps, eval_steps=100)  # fmt: skip
    for step, current in enumerate(seen, 1):
        kept = min(0.9, (1 + step) / (10 + step))
        averages = {name: kept * averages[name] + (1 - kept) * current[name] for name in averages}
    for name, tensor in found.model.state_dict().items():
        torch.testing.assert_close(tensor, averages[name], atol=1e-5, rtol=1e-4)
    assert found.outcome.validation_outputs is not None
    again = found.outcome.predict(split_of(40, 1))
    assert abs(again - found.outcome.validation_outputs).max() < 1e-5


@pytest.mark.parametrize("key", ["r_drop_alpha", "fgm_epsilon", "ema_decay"])
def test_a_resumed_training_with_a_piece_ends_the_same(tmp_path: Path, key: str) -> None:
    whole_settings = {
        key: 0.5, "dropout": 0.1, "eval_strategy": Strategy.epoch, "num_train_epochs": 4,
        "save_total_limit": 9,
    }  # fmt: skip
    whole = run(tmp_path, "whole", "custom", **copy.deepcopy(whole_settings))
    run(tmp_path, "broken", "custom", **copy.deepcopy(whole_settings))
    for step in (6, 8):
        (tmp_path / "broken" / f"checkpoint-{step}" / "trainer_state.json").unlink()
    resumed = run(tmp_path, "broken", "custom", **whole_settings, resume="auto")
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[name]), name
