"""What the overridden Trainer promises: normalized loss, names, order, the best weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from checkpoints import edit_json, tiny_copy
from haechi.data.encode import EncodedSplit
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Precision, Sampling, Strategy, TrainerConfig
from haechi.training import hf
from haechi.training.metrics import compute_metrics

LABELS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]


def model_of(tmp_path: Path) -> TextModel:
    folder = tmp_path / "checkpoint"
    if not folder.exists():
        tiny_copy(folder)
    torch.manual_seed(3)
    without_dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    backbone = load_backbone(folder, without_dropout, Init.pretrained, with_pooler=False)
    return assemble(backbone, PoolingConfig(kind="mean"), len(LABELS))


def split_of(rows: int, seed: int = 0) -> EncodedSplit:
    draw = np.random.Generator(np.random.PCG64(seed))
    lengths = draw.integers(3, 20, rows)
    ids = [[2, *draw.integers(40, 5000, length).tolist(), 3] for length in lengths]
    return EncodedSplit(ids, None, draw.integers(0, len(LABELS), rows).tolist())


def run(
    tmp_path: Path, name: str, rows: int = 48, **settings: object
) -> tuple[hf.HaechiTrainer, list[dict], TextModel]:
    config = TrainerConfig(
        kind="hf", learning_rate=1e-3, num_train_epochs=1, precision=Precision.float32, warmup_steps=0,
        train_sampling_strategy=Sampling.random, logging_steps=1, eval_strategy=Strategy.no,
        max_grad_norm=0.0,
    )  # fmt: skip
    for key, value in settings.items():
        setattr(config, key, value)
    logged: list[dict] = []
    model = model_of(tmp_path)
    trainer, _ = hf.train(
        model, {"train": split_of(rows), "validation": split_of(40, seed=1)},
        task=TaskConfig(name="t", objective=Objective.classification), config=config, labels=LABELS, seed=5,
        pad_token_id=0, folder=tmp_path / name, on_metrics=lambda m, s, e: logged.append({**m, "step": s}),
    )  # fmt: skip
    return trainer, logged, model


def losses(logged: list[dict]) -> list[float]:
    return [point["train/loss"] for point in logged if "train/loss" in point]


@pytest.mark.parametrize("rows", [48, 40])
def test_accumulation_gives_the_loss_of_the_whole_step(tmp_path: Path, rows: int) -> None:
    """Also where the last step of an epoch has fewer micro-batches than the others."""
    _, whole, one = run(tmp_path, "whole", rows, per_device_train_batch_size=16)
    _, parts, two = run(tmp_path, "parts", rows, per_device_train_batch_size=4, gradient_accumulation_steps=4)
    assert losses(parts) == pytest.approx(losses(whole), abs=1e-4)
    for (name, left), (_, right) in zip(one.named_parameters(), two.named_parameters(), strict=True):
        assert torch.allclose(left, right, atol=2e-4), name


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


def test_the_kept_validation_outputs_are_those_of_the_best_weights(tmp_path: Path) -> None:
    trainer, logged, _ = run(tmp_path, "best", eval_strategy=Strategy.epoch, num_train_epochs=3)
    validation = split_of(40, seed=1)
    kept = hf.predict(trainer, validation, is_validation=True)
    again = hf.predict(trainer, validation, is_validation=False)
    assert np.allclose(kept, again, atol=1e-5)
    best = max(point["validation/macro_f1"] for point in logged if "validation/macro_f1" in point)
    found = compute_metrics(Objective.classification, again, np.array(validation.labels), LABELS)
    assert found["macro_f1"] == pytest.approx(best)


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
