"""Folders of runs and sweeps as Haechi writes them, without a training: their numbers are chosen."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from haechi import outputs
from haechi.tracking.journal import Journal

TOPICS = ("IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치")


def class_rows(rng: np.random.Generator, rows: int, accuracy: float, split: str = "validation") -> list[dict]:
    """Rows of predictions.jsonl, right with the given probability; the same rows for every `rng`."""
    golds = np.random.default_rng(5).integers(0, len(TOPICS), rows)
    right = rng.random(rows) < accuracy
    found = np.where(right, golds, rng.integers(0, len(TOPICS), rows))
    return [
        {
            "split": split,
            "row": row + 1,
            "text": f"제목 {row}",
            "label": TOPICS[gold],
            "prediction": TOPICS[given],
            "scores": {name: 0.7 if name == TOPICS[given] else 0.05 for name in TOPICS},
        }
        for row, (gold, given) in enumerate(zip(golds, found, strict=True))
    ]


def class_metrics_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What results.json would say of such rows."""
    from sklearn.metrics import accuracy_score, f1_score

    true, found = ([row[side] for row in rows] for side in ("label", "prediction"))
    each = f1_score(true, found, labels=list(TOPICS), average=None, zero_division=0)
    return {
        "accuracy": float(accuracy_score(true, found)),
        "macro_f1": float(f1_score(true, found, average="macro", zero_division=0)),
        **{f"f1/{name}": float(value) for name, value in zip(TOPICS, each, strict=True)},
    }


def write_run(
    folder: Path,
    *,
    accuracy: float = 0.6,
    seed: int = 1,
    rows: int = 60,
    config: Mapping[str, Any] | None = None,
    status: str = "finished",
    error: str | None = None,
    metrics: Mapping[str, float] | None = None,
    overrides: Sequence[str] = (),
    kind: str = "train",
    mlflow_run_id: str | None = None,
) -> Path:
    """A finished run of a classification, or one that ended otherwise; `metrics` are added to its own."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng([seed, round(accuracy * 1000)])
    predicted = {split: class_rows(rng, rows, accuracy, split) for split in ("validation", "test")}
    found: dict[str, float] = {}
    if status == "finished":
        for split, items in predicted.items():
            found |= {f"{split}/{name}": value for name, value in class_metrics_of(items).items()}
        outputs.write_predictions(
            folder / "predictions.jsonl", [row for items in predicted.values() for row in items]
        )
    found |= dict(metrics or {})
    write_config(folder, seed, config or {})
    with Journal(folder / "metrics.jsonl") as journal:
        for step in (10, 20, 30):
            journal.log({"train/loss": 2.0 - step * accuracy / 30}, step, step / 10, 0.0)
            journal.log(
                {"validation/macro_f1": accuracy * step / 30, "validation/loss": 1.0}, step, step / 10, 0.0
            )
    (folder / "train.log").write_text("first line\nlast line 주제\n", encoding="utf-8")
    results = outputs.Results(status=status, metrics=found, error=error, task="sample_topic", model="tiny")
    results.best = {"metric": "validation/macro_f1", "value": found.get("validation/macro_f1"), "step": 30}
    results.rows = {"train": 100, "validation": rows, "test": rows}
    results.overrides, results.seconds = list(overrides), 12.0
    results.kind, results.mlflow_run_id = kind, mlflow_run_id
    outputs.write_results(folder, results)
    return folder


def write_config(folder: Path, seed: int, values: Mapping[str, Any]) -> None:
    """A config.yaml with what a report reads; `values` are flat keys."""
    flat = {
        "model.name": "tiny",
        "pooling.kind": "mean",
        "task.name": "sample_topic",
        "task.objective": "classification",
        "task.metric": None,
        "trainer.kind": "hf",
        "trainer.learning_rate": 0.001,
        "tracking.experiment": None,
        "seed": seed,
        "run_dir": None,
        **values,
    }
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *groups, name = key.split(".")
        node = nested
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = value
    import yaml

    (folder / "config.yaml").write_text(yaml.safe_dump(nested, allow_unicode=True), encoding="utf-8")


def write_sweep(
    folder: Path,
    points: Sequence[tuple[Mapping[str, str], int, float]],
    *,
    rows: int = 60,
    **more: Any,
) -> Path:
    """A sweep with a run for each point: values, seed, accuracy. `more` goes into sweep.json."""
    jobs: list[dict[str, Any]] = []
    for number, (values, seed, accuracy) in enumerate(points):
        write_run(folder / str(number), accuracy=accuracy, seed=seed, rows=rows)
        job = {"number": number, "folder": str(number), "state": "finished", "error": None, "seconds": 12.0}
        jobs.append(job | {"values": {**values, "seed": str(seed)}, "overrides": []})
    swept = list(dict.fromkeys(key for values, *_ in points for key in values))
    content = {
        "version": 1, "id": folder.name, "task": "sample_topic", "metric": "validation/macro_f1",
        "direction": "max", "swept": [*swept, "seed"], "status": "finished", "jobs": jobs, **more,
    }  # fmt: skip
    (folder / "sweep.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def grid(seeds: Sequence[int] = (1, 2, 3)) -> list[tuple[dict[str, str], int, float]]:
    """Two poolings by two learning rates; mean with 1e-3 is the best by far."""
    good = {("mean", "1e-3"): 0.9, ("mean", "5e-4"): 0.62, ("cls", "1e-3"): 0.6, ("cls", "5e-4"): 0.4}
    return [
        ({"pooling": pooling, "trainer.learning_rate": rate}, seed, accuracy)
        for (pooling, rate), accuracy in good.items()
        for seed in seeds
    ]
