"""What both trainers promise, and that they are equal: loss, order, names, the best weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from checkpoints import edit_json
from haechi.data.collate import Collator
from haechi.data.split import IGNORED
from haechi.schema.metric import chosen_metric
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Schedule, Strategy
from haechi.training.loss import summed_loss
from trainings import LABELS, OBJECTIVES, model_of, run, split_of

both = pytest.mark.parametrize("kind", ["hf", "custom"])
every_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)

# Fifty steps with all that may differ: dropout, buckets, accumulation, clipping, schedule, evaluation.
LONG: dict[str, Any] = {
    "rows": 316, "dropout": 0.1, "length_bucket": True, "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 2, "num_train_epochs": 2.5, "warmup_steps": 0.1, "max_grad_norm": 1.0,
    "weight_decay": 0.01, "lr_scheduler_type": Schedule.cosine, "eval_strategy": Strategy.steps,
    "eval_steps": 15,
}  # fmt: skip


@pytest.mark.parametrize("objective", [Objective.classification, Objective.regression, Objective.span])
def test_both_trainers_give_the_same_loss_at_every_step_and_the_same_metrics(
    tmp_path: Path, objective: Objective
) -> None:
    ours = run(tmp_path, "ours", "custom", objective=objective, **LONG)
    theirs = run(tmp_path, "theirs", "hf", objective=objective, **LONG)
    assert len(ours.losses) == 50
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-6)
    for name in ("train/grad_norm", "train/learning_rate", "validation/loss"):
        assert ours.of(name) == pytest.approx(theirs.of(name), rel=1e-5, abs=1e-6), name
    metric = f"validation/{chosen_metric(ours.setup.task)}"
    assert len(ours.of(metric)) == 4
    assert ours.of(metric) == pytest.approx(theirs.of(metric), abs=1e-6)
    assert ours.outcome.best == pytest.approx(theirs.outcome.best)
    for (name, left), (_, right) in zip(
        ours.model.named_parameters(), theirs.model.named_parameters(), strict=True
    ):
        assert torch.allclose(left, right, atol=1e-5), name


@pytest.mark.parametrize(
    "settings",
    [
        {"layerwise_lr_decay": 0.8},
        {"frozen_layers": 1},
        {"label_smoothing_factor": 0.1},
        {"early_stopping_patience": 1, "learning_rate": 0.02},
        {"max_tokens_per_batch": 100},
        {"eval_strategy": Strategy.epoch},
        {"max_steps": 7},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_both_trainers_do_the_same_with_every_setting_that_both_know(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    whole = {**LONG, "rows": 120, "eval_steps": 4, **settings}
    ours, theirs = (run(tmp_path, kind, kind, **whole) for kind in ("custom", "hf"))
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-6)
    assert len(ours.of("validation/loss")) == len(theirs.of("validation/loss"))
    assert ours.outcome.best == pytest.approx(theirs.outcome.best)


@both
@every_objective
def test_accumulation_gives_the_loss_of_the_whole_step(
    tmp_path: Path, kind: str, objective: Objective
) -> None:
    """Whatever a target is, and where the last step of an epoch has fewer micro-batches than the others."""
    steps = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4}
    whole = run(tmp_path, "whole", kind, 40, objective, per_device_train_batch_size=16)
    parts = run(tmp_path, "parts", kind, 40, objective, **steps)
    assert parts.losses == pytest.approx(whole.losses, abs=1e-4)
    for (name, left), (_, right) in zip(
        whole.model.named_parameters(), parts.model.named_parameters(), strict=True
    ):
        assert torch.allclose(left, right, atol=2e-4), name


@both
def test_the_first_loss_is_the_mean_over_the_tokens_of_all_rows(tmp_path: Path, kind: str) -> None:
    """Rows of 3 and of 20 tokens weigh as many tokens as they have."""
    objective = Objective.token_classification
    steps = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 8}
    found = run(tmp_path, "parts", kind, 16, objective, **steps)
    split, model = split_of(16, 0, objective), model_of(tmp_path, objective)
    total, targets = 0.0, 0
    with torch.inference_mode():
        for ids, labels in zip(split.input_ids, split.labels or [], strict=True):
            row, wanted = torch.tensor([ids]), torch.tensor([labels])
            total += float(summed_loss(objective, model(row, torch.ones_like(row))["logits"], wanted))
            targets += int((wanted != IGNORED).sum())
    assert found.losses == pytest.approx([total / targets], abs=1e-4)


@both
@every_objective
def test_the_validation_loss_is_the_mean_over_the_targets_of_the_split(
    tmp_path: Path, kind: str, objective: Objective
) -> None:
    """Not a mean over batches, which would depend on their size."""
    found = run(
        tmp_path, "loss", kind, 16, objective, eval_strategy=Strategy.epoch, per_device_eval_batch_size=7
    )
    split, collate = split_of(40, 1, objective), Collator(0)
    total, targets = 0.0, 0.0
    with torch.inference_mode():
        for index in range(len(split)):
            batch = collate([split[index]])
            total += float(summed_loss(objective, found.model(**batch)["logits"], batch["labels"]))
            targets += int((batch["labels"] != IGNORED).sum())
    assert found.of("validation/loss") == pytest.approx([total / targets], abs=1e-4)


@both
def test_metrics_carry_the_names_of_splits_and_classes(tmp_path: Path, kind: str) -> None:
    found = run(tmp_path, "names", kind, eval_strategy=Strategy.epoch)
    names = {name for point in found.logged for name in point}
    assert {"train/loss", "train/learning_rate", "validation/macro_f1", "validation/accuracy"} <= names
    assert {f"validation/f1/{label}" for label in LABELS} <= names
    assert not [name for name in names if name.startswith("eval_")]


@both
def test_predictions_come_in_the_order_of_the_rows(tmp_path: Path, kind: str) -> None:
    found = run(tmp_path, "order", kind, length_bucket=True)
    split = split_of(30, seed=9)
    outputs = found.outcome.predict(split)
    found.model.eval()
    with torch.inference_mode():
        for row in (0, 7, 29):
            ids = torch.tensor([split.input_ids[row]])
            alone = found.model(ids, torch.ones_like(ids))["logits"][0].numpy()
            assert np.allclose(outputs[row], alone, atol=1e-5)


@both
@every_objective
def test_the_kept_validation_outputs_are_those_of_the_best_weights(
    tmp_path: Path, kind: str, objective: Objective
) -> None:
    found = run(tmp_path, "best", kind, objective=objective, eval_strategy=Strategy.epoch, num_train_epochs=3)
    validation, name = split_of(40, 1, objective), chosen_metric(TaskConfig("t", objective))
    again = found.outcome.predict(validation)
    assert found.outcome.validation_outputs is not None
    assert np.allclose(found.outcome.validation_outputs, again, atol=1e-5)
    best = max(found.of(f"validation/{name}"))
    assert found.setup.measure(again, validation)[name] == pytest.approx(best)


@both
def test_the_same_seed_gives_the_same_numbers(tmp_path: Path, kind: str) -> None:
    first, second = (
        run(tmp_path, name, kind, length_bucket=True, dropout=0.1) for name in ("first", "second")
    )
    assert first.losses == second.losses


@both
def test_an_evaluation_more_changes_no_loss(tmp_path: Path, kind: str) -> None:
    without = run(tmp_path, "without", kind, dropout=0.1, num_train_epochs=3)
    with_some = run(
        tmp_path, "with", kind, dropout=0.1, num_train_epochs=3, eval_strategy=Strategy.steps, eval_steps=1
    )
    assert without.losses == with_some.losses


@both
def test_old_checkpoints_are_cleared_but_the_best_and_the_last(tmp_path: Path, kind: str) -> None:
    run(tmp_path, "limit", kind, eval_strategy=Strategy.epoch, num_train_epochs=4, save_total_limit=2)
    assert len(list((tmp_path / "limit").glob("checkpoint-*"))) <= 2


@pytest.mark.slow
@both
@pytest.mark.parametrize("steps", [4, 5])
def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path, kind: str, steps: int) -> None:
    """Bit for bit, at an epoch's end and in its middle, with dropout and a schedule."""
    settings = {**LONG, "rows": 60, "eval_steps": 1, "num_train_epochs": 3, "save_total_limit": 20}
    whole = run(tmp_path, "whole", kind, **settings)
    run(tmp_path, "broken", kind, **settings)
    for path in (tmp_path / "broken").glob("checkpoint-*"):
        if int(path.name.rpartition("-")[2]) > steps:
            (path / "trainer_state.json").unlink()
    resumed = run(tmp_path, "broken", kind, **settings, resume="auto")
    assert len(resumed.losses) == len(whole.losses) - steps
    assert resumed.losses == whole.losses[steps:]
    assert resumed.outcome.best == pytest.approx(whole.outcome.best)
    for (name, left), (_, right) in zip(
        whole.model.named_parameters(), resumed.model.named_parameters(), strict=True
    ):
        assert torch.equal(left, right), name


@pytest.mark.parametrize(("kind", "best_key"), [("hf", "best_metric"), ("custom", "best_value")])
def test_a_resumed_run_reports_the_weights_that_it_ends_with(
    tmp_path: Path, kind: str, best_key: str
) -> None:
    """Also where the best step came before the interruption, which a score out of reach makes sure of."""
    folder = tmp_path / "resumed"
    run(tmp_path, "resumed", kind, eval_strategy=Strategy.epoch, num_train_epochs=2)
    best: dict[str, Any] = {best_key: 2.0}
    if kind == "hf":
        best |= {"best_global_step": 2, "best_model_checkpoint": str(folder / "checkpoint-2")}
    else:
        best["best_step"] = 2
    edit_json(folder / "checkpoint-4" / "trainer_state.json", lambda content: content.update(best))
    found = run(tmp_path, "resumed", kind, eval_strategy=Strategy.epoch, num_train_epochs=6, resume="auto")
    assert (found.outcome.steps, found.outcome.best["step"]) == (12, 2)
    assert found.outcome.validation_outputs is None
    validation, model = split_of(40, seed=1), found.model
    reported = found.outcome.predict(validation)
    stored = folder / "checkpoint-2"
    assert json.loads((stored / "trainer_state.json").read_text())
    model.eval()
    with torch.inference_mode():
        for row in (0, 20, 39):
            ids = torch.tensor([validation.input_ids[row]])
            alone = model(ids, torch.ones_like(ids))["logits"][0].numpy()
            assert np.allclose(reported[row], alone, atol=1e-4)
