"""What a run leaves in its folder: config, verdict, what became of overrides, results, predictions."""

import json
import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from haechi.aside import write_json, write_text
from haechi.preflight.check import Verdict
from haechi.preflight.rules.secret_in_config import mask
from haechi.resolve import Run

# What makes a saved config a config again: the schema's types, and a folder of its own for the new run.
PREAMBLE = """\
# python src/train.py --config-path {folder} --config-name config   runs this again, in a new folder.
defaults:
  - schema/run
  - hydra: haechi
  - _self_

"""

OVERRIDES = "config_overrides.json"
MODEL_SAMPLE = ".model_sample.json"
STARTED = ".started"
"""A file that says that a run has begun, so that one without results is known to have been broken off."""


@dataclass
class Results:
    """results.json: how a run ended, and with what."""

    status: str
    """finished, failed or interrupted."""
    kind: str = "train"
    """What was done: train, or study."""
    metrics: dict[str, float] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    """Wall time of the whole run."""
    training_seconds: float | None = None
    """Of them training, with its evaluations and checkpoints."""
    waited_seconds: float | None = None
    """Of all seconds those in which the run was ready and other programs had the processors."""
    peak_memory_bytes: int | None = None
    """Most resident memory, or on a GPU most memory of tensors."""
    forecast: dict[str, Any] | None = None
    """What was expected of time and memory before the training."""
    mlflow_run_id: str | None = None
    error: str | None = None
    pruned: bool = False
    """Whether a search ended the training early, as hopeless."""
    task: str = ""
    model: str = ""
    pooling: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    """Examples of each split."""
    warnings: list[str] = field(default_factory=list)
    """Codes of warnings that the run was started with."""
    notify: dict[str, str] = field(default_factory=dict)
    """What became of each message."""
    tracking: str | None = None
    """What did not reach the tracking server, if anything."""
    overrides: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    host: str = field(default_factory=socket.gethostname)
    finished_at: str = ""
    rerun: dict[str, Any] | None = None
    """What a run that repeats another one has otherwise."""


def write_config(run: Run) -> Path:
    """Write config.yaml, resolved and without secrets; paths are absolute, the folder is left open."""
    config = OmegaConf.structured(run.config)
    assert isinstance(config, DictConfig)
    config.run_dir = None
    config.rerun = None
    config.trainer.resume = None
    for split in ("train", "validation", "test"):
        if config.task.files[split]:
            config.task.files[split] = str(Path(config.task.files[split]).expanduser().absolute())
    text = PREAMBLE.format(folder=run.folder) + OmegaConf.to_yaml(config)
    path = run.folder / "config.yaml"
    write_text(path, mask(text))
    return path


def write_started(folder: Path, kind: str = "train") -> None:
    """Note that a run has begun in this folder, what it does, when, and which process of which host it is."""
    write_json(
        folder / STARTED,
        {
            "kind": kind,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "gpus": os.environ.get("CUDA_VISIBLE_DEVICES"),
        },
    )


def kind_of(folder: Path, results: Mapping[str, Any]) -> str:
    """What was done in a folder, train or study; a run that was killed has noted it as it began."""
    with suppress(OSError, ValueError, AttributeError):
        results = results or json.loads((folder / STARTED).read_text(encoding="utf-8"))
        return str(results.get("kind") or "train")
    return "train"


def write_verdict(run: Run, verdict: Verdict) -> Path:
    """Write preflight.json."""
    path = run.folder / "preflight.json"
    write_json(path, verdict.as_json())
    return path


def write_overrides(folder: Path, decided: Sequence[Any]) -> Path:
    """Write config_overrides.json: each override of the checkpoint's config.json and what became of it."""
    path = folder / OVERRIDES
    write_json(path, {"overrides": [asdict(item) for item in decided]})
    return path


def write_results(folder: Path, results: Results) -> Path:
    """Write results.json; it is whole or the older one."""
    results.finished_at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    path = folder / "results.json"
    write_json(path, vars(results))
    return path


def write_model_sample(folder: Path, inputs: Sequence[Any], answers: Sequence[Any]) -> None:
    """Keep the rows that tell a tracking server what the model takes and gives; it may ask later."""
    write_json(folder / MODEL_SAMPLE, {"inputs": list(inputs), "outputs": list(answers)})


def write_predictions(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write predictions.jsonl, one row a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path
