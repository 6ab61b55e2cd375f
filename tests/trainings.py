"""Small trainings without dropout, with rows and labels of every objective drawn at random."""

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from checkpoints import tiny_copy
from haechi.data.split import IGNORED, ContextTokens, EncodedSplit
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.rows.examples import Answer, QuestionExample, TaggedExample
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective, TaskConfig
from haechi.schema.trainer import Precision, Strategy, TrainerConfig
from haechi.training.setup import Outcome, Setup
from haechi.training.train import train

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

# A training of twelve steps with all that a resumed one has to take up again.
STEPS: dict[str, Any] = {
    "rows": 48, "dropout": 0.1, "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2,
    "num_train_epochs": 4, "max_grad_norm": 1.0, "warmup_steps": 0.1, "length_bucket": True,
    "eval_strategy": Strategy.epoch, "save_total_limit": 20,
}  # fmt: skip


def model_of(
    tmp_path: Path, objective: Objective = Objective.classification, dropout: float = 0.0
) -> TextModel:
    folder = tmp_path / "checkpoint"
    if not folder.exists():
        tiny_copy(folder)
    torch.manual_seed(3)
    rates = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    backbone = load_backbone(folder, rates, Init.pretrained, with_pooler=False)
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


@dataclass
class Training:
    """A training that is over."""

    outcome: Outcome
    logged: list[dict[str, float]]
    """Every logged point, with its `step`."""
    model: TextModel
    setup: Setup

    @property
    def losses(self) -> list[float]:
        """The training loss of each step."""
        return self.of("train/loss")

    def of(self, name: str) -> list[float]:
        """All values of a metric."""
        return [point[name] for point in self.logged if name in point]


def run(
    tmp_path: Path,
    name: str,
    kind: str = "hf",
    rows: int = 48,
    objective: Objective = Objective.classification,
    dropout: float = 0.0,
    model: TextModel | None = None,
    splits: dict[str, EncodedSplit] | None = None,
    **settings: Any,
) -> Training:
    """Train a small model in `tmp_path / name`; settings are of the trainer's config."""
    config = TrainerConfig(
        kind=kind, learning_rate=1e-3, num_train_epochs=1, precision=Precision.float32, warmup_steps=0,
        length_bucket=False, logging_steps=1, eval_strategy=Strategy.no, max_grad_norm=0.0,
    )  # fmt: skip
    for key, value in settings.items():
        assert hasattr(config, key)
        setattr(config, key, value)
    logged: list[dict[str, float]] = []
    model = model or model_of(tmp_path, objective, dropout)
    splits = splits or {"train": split_of(rows, 0, objective), "validation": split_of(40, 1, objective)}
    setup = Setup(
        task=TaskConfig(name="t", objective=objective), config=config, labels=NAMES.get(objective), seed=5,
        pad_token_id=0, folder=tmp_path / name,
        on_metrics=lambda metrics, step, epoch: logged.append({**metrics, "step": step, "epoch": epoch}),
    )  # fmt: skip
    return Training(train(model, splits, setup), logged, model, setup)
