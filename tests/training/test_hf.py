"""What the overridden Trainer promises: normalized loss, names, order, the best weights."""

from array import array
from pathlib import Path

import numpy as np
import pytest
import torch

from checkpoints import edit_json, tiny_copy
from haechi.data.split import IGNORED, ContextTokens, EncodedSplit
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.rows.examples import Answer, QuestionExample, TaggedExample
from haechi.schema.metric import chosen_metric
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Precision, Sampling, Strategy, TrainerConfig
from haechi.training import hf
from haechi.training.loss import summed_loss
from haechi.training.metrics import compute_metrics

LABELS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]


TAGS = ["O", "B-PS", "I-PS", "B-OG", "I-OG"]
OBJECTIVES = [
    Objective.classification,
    Objective.regression,
    Objective.relation,
    Objective.token_classification,
    Objective.span,
]
NAMES: dict[Objective, list[str]] = {
    Objective.classification: LABELS,
    Objective.relation: LABELS,
    Objective.token_classification: TAGS,
}


def model_of(tmp_path: Path, objective: Objective = Objective.classification) -> TextModel:
    folder = tmp_path / "checkpoint"
    if not folder.exists():
        tiny_copy(folder)
    torch.manual_seed(3)
    without_dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    backbone = load_backbone(folder, without_dropout, Init.pretrained, with_pooler=False)
    kind = "entity_start" if objective is Objective.relation else "mean"
    return assemble(backbone, PoolingConfig(kind=kind), len(NAMES.get(objective, "1")), objective)


def split_of(rows: int, seed: int = 0, objective: Objective = Objective.classification) -> EncodedSplit:
    """Rows of 5 to 21 tokens drawn at random, with labels of the objective's kind."""
    draw = np.random.Generator(np.random.PCG64(seed))
    lengths = draw.integers(3, 20, rows).tolist()
    ids = [[2, *draw.integers(40, 5000, length).tolist(), 3] for length in lengths]
    classes = draw.integers(0, len(LABELS), rows).tolist()
    if objective is Objective.regression:
        return EncodedSplit(ids, labels=[float(label) for label in classes])
    if objective is Objective.relation:
        return EncodedSplit(ids, labels=classes, entity_starts=[(1, length) for length in lengths])
    if objective is Objective.token_classification:
        tags = [draw.integers(0, len(TAGS), length).tolist() for length in lengths]
        return EncodedSplit(
            ids, labels=[[IGNORED, *row, IGNORED] for row in tags], rows=list(range(rows)),
            carriers=[array("i", range(1, length + 1)) for length in lengths],
            examples=[
                TaggedExample(1, "", None, None, tokens=["가"] * len(row), tags=[TAGS[tag] for tag in row])
                for row in tags
            ],
        )  # fmt: skip
    if objective is Objective.span:
        places = [draw.integers(0, length) for length in lengths]
        return EncodedSplit(
            ids, labels=[(int(place) + 1, int(place) + 1) for place in places], rows=list(range(rows)),
            contexts=[
                ContextTokens(1, 0, array("i", range(length)), array("i", range(1, length + 1)))
                for length in lengths
            ],
            examples=[
                QuestionExample(
                    1, "", "".join(chr(0xAC00 + index) for index in range(length)), None, id="1",
                    answers=(Answer(int(place), chr(0xAC00 + int(place))),), is_impossible=False,
                )
                for length, place in zip(lengths, places, strict=True)
            ],
        )  # fmt: skip
    return EncodedSplit(ids, labels=classes)


def run(
    tmp_path: Path,
    name: str,
    rows: int = 48,
    objective: Objective = Objective.classification,
    **settings: object,
) -> tuple[hf.HaechiTrainer, list[dict], TextModel]:
    config = TrainerConfig(
        kind="hf", learning_rate=1e-3, num_train_epochs=1, precision=Precision.float32, warmup_steps=0,
        train_sampling_strategy=Sampling.random, logging_steps=1, eval_strategy=Strategy.no,
        max_grad_norm=0.0,
    )  # fmt: skip
    for key, value in settings.items():
        setattr(config, key, value)
    logged: list[dict] = []
    model = model_of(tmp_path, objective)
    splits = {"train": split_of(rows, 0, objective), "validation": split_of(40, 1, objective)}
    trainer, _ = hf.train(
        model, splits, task=TaskConfig(name="t", objective=objective), config=config,
        labels=NAMES.get(objective), seed=5, pad_token_id=0, folder=tmp_path / name,
        on_metrics=lambda m, s, e: logged.append({**m, "step": s}),
    )  # fmt: skip
    return trainer, logged, model


def losses(logged: list[dict]) -> list[float]:
    return [point["train/loss"] for point in logged if "train/loss" in point]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)
def test_accumulation_gives_the_loss_of_the_whole_step(tmp_path: Path, objective: Objective) -> None:
    """Whatever a target is, and where the last step of an epoch has fewer micro-batches than the others."""
    steps = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4}
    _, whole, one = run(tmp_path, "whole", 40, objective, per_device_train_batch_size=16)
    _, parts, two = run(tmp_path, "parts", 40, objective, **steps)
    assert losses(parts) == pytest.approx(losses(whole), abs=1e-4)
    for (name, left), (_, right) in zip(one.named_parameters(), two.named_parameters(), strict=True):
        assert torch.allclose(left, right, atol=2e-4), name


def test_the_first_loss_is_the_mean_over_the_tokens_of_all_rows(tmp_path: Path) -> None:
    """Rows of 3 and of 20 tokens weigh as many tokens as they have."""
    objective = Objective.token_classification
    _, logged, _ = run(tmp_path, "parts", 16, objective, per_device_train_batch_size=2,
                       gradient_accumulation_steps=8)  # fmt: skip
    split, model = split_of(16, 0, objective), model_of(tmp_path, objective)
    total, targets = 0.0, 0
    with torch.inference_mode():
        for ids, labels in zip(split.input_ids, split.labels or [], strict=True):
            row, wanted = torch.tensor([ids]), torch.tensor([labels])
            total += float(summed_loss(objective, model(row, torch.ones_like(row))["logits"], wanted))
            targets += int((wanted != IGNORED).sum())
    assert losses(logged) == pytest.approx([total / targets], abs=1e-4)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)
def test_the_validation_loss_is_the_mean_over_the_targets_of_the_split(
    tmp_path: Path, objective: Objective
) -> None:
    """Not a mean over batches, which would depend on their size."""
    trainer, logged, model = run(
        tmp_path, "loss", 16, objective, eval_strategy=Strategy.epoch, per_device_eval_batch_size=7
    )
    split = split_of(40, 1, objective)
    total, targets = 0.0, 0.0
    with torch.inference_mode():
        for index in range(len(split)):
            batch = trainer.data_collator([split[index]])
            total += float(summed_loss(objective, model(**batch)["logits"], batch["labels"]))
            targets += int((batch["labels"] != IGNORED).sum())
    (found,) = [point["validation/loss"] for point in logged if "validation/loss" in point]
    assert found == pytest.approx(total / targets, abs=1e-4)


def test_metrics_carry_the_names_of_splits_and_classes(tmp_path: Path) -> None:
    _, logged, _ = run(tmp_path, "names", eval_strategy=Strategy.epoch)
    names = {name for point in logged for name in point}
    assert {"train/loss", "train/learning_rate", "validation/macro_f1", "validation/accuracy"} <= names
    assert {f"validation/f1/{label}" for label in LABELS} <= names
    assert not [name for name in names if name.startswith("eval_")]


def test_predictions_come_in_the_order_of_the_rows(tmp_path: Path) -> None:
    trainer, _, model = run(tmp_path, "order", train_sampling_strategy=Sampling.group_by_length)
    split = split_of(30, seed=9)
    outputs = hf.predict(trainer, split, is_validation=False)
    model.eval()
    with torch.inference_mode():
        for row in (0, 7, 29):
            ids = torch.tensor([split.input_ids[row]])
            alone = model(ids, torch.ones_like(ids))["logits"][0].numpy()
            assert np.allclose(outputs[row], alone, atol=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.value)
def test_the_kept_validation_outputs_are_those_of_the_best_weights(
    tmp_path: Path, objective: Objective
) -> None:
    trainer, logged, _ = run(
        tmp_path, "best", objective=objective, eval_strategy=Strategy.epoch, num_train_epochs=3
    )
    validation, name = split_of(40, 1, objective), chosen_metric(TaskConfig("t", objective))
    kept = hf.predict(trainer, validation, is_validation=True)
    again = hf.predict(trainer, validation, is_validation=False)
    assert np.allclose(kept, again, atol=1e-5)
    best = max(point[f"validation/{name}"] for point in logged if f"validation/{name}" in point)
    assert compute_metrics(objective, again, validation, NAMES.get(objective))[name] == pytest.approx(best)


def test_the_same_seed_gives_the_same_numbers(tmp_path: Path) -> None:
    _, first, _ = run(tmp_path, "first", train_sampling_strategy=Sampling.group_by_length)
    _, second, _ = run(tmp_path, "second", train_sampling_strategy=Sampling.group_by_length)
    assert losses(first) == losses(second)


def test_old_checkpoints_are_cleared_but_the_best_and_the_last(tmp_path: Path) -> None:
    run(tmp_path, "limit", eval_strategy=Strategy.epoch, num_train_epochs=4, save_total_limit=2)
    assert len(list((tmp_path / "limit").glob("checkpoint-*"))) <= 2


def test_a_resumed_run_reports_the_weights_that_it_ends_with(tmp_path: Path) -> None:
    """Also where the best step came before the interruption, which a score out of reach makes sure of."""
    folder = tmp_path / "resumed"
    run(tmp_path, "resumed", eval_strategy=Strategy.epoch, num_train_epochs=2)
    best = {"best_metric": 2.0, "best_global_step": 2, "best_model_checkpoint": str(folder / "checkpoint-2")}
    edit_json(folder / "checkpoint-4" / "trainer_state.json", lambda content: content.update(best))
    trainer, _, model = run(
        tmp_path, "resumed", eval_strategy=Strategy.epoch, num_train_epochs=6, resume="auto"
    )
    assert (trainer.state.global_step, trainer.state.best_global_step) == (12, 2)
    validation = split_of(40, seed=1)
    reported = hf.predict(trainer, validation, is_validation=True)
    model.eval()
    with torch.inference_mode():
        for row in (0, 20, 39):
            ids = torch.tensor([validation.input_ids[row]])
            alone = model(ids, torch.ones_like(ids))["logits"][0].numpy()
            assert np.allclose(reported[row], alone, atol=1e-4)
