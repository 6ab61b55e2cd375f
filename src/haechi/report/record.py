"""One run as a report sees it, read from its folder; files that are cut or missing are said, not raised."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haechi.outputs import kind_of
from haechi.report.config_values import flattened, read_config
from haechi.schema.metric import METRICS
from haechi.tracking.journal import read_journal

FINISHED = "finished"
TRAINING = "train"


@dataclass(frozen=True)
class RunRecord:
    """What a run was, how it ended, and where its files are."""

    status: str
    """finished, failed, interrupted, refused, running, waiting; unfinished where nothing says which."""
    kind: str = TRAINING
    """What was done: train, or study."""
    folder: Path | None = None
    """The run's folder; None for one that is known to MLflow only."""
    number: int | None = None
    """Its number in the sweep."""
    sweep: str = ""
    """The sweep that it is a part of."""
    several_sweeps: bool = False
    """Whether runs of other sweeps, or of none, are looked at with it."""
    task: str = ""
    objective: str = ""
    metric: str = ""
    """What chose its best checkpoint, such as `validation/macro_f1`."""
    direction: str = ""
    """max or min, where a sweep's file says so."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What was swept, the seed left out: key -> value."""
    seed: str | None = None
    points: Sequence[Mapping[str, float]] = ()
    """Lines of metrics.jsonl."""
    final: Mapping[str, float] = field(default_factory=dict)
    """Metrics of the best weights, `validation/macro_f1` -> value."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """How many rows each split has; empty where that is not known."""
    predictions: Path | None = None
    log: Path | None = None
    error: str | None = None
    seconds: float | None = None
    mlflow_run_id: str | None = None
    labels: tuple[str, ...] = ()
    """Names in the order of the head's outputs; empty where they are not known."""
    positive_from: float | None = None
    """`task.positive_from`: the score from which on two texts count as alike."""
    config: dict[str, str] = field(default_factory=dict)
    """config.yaml, flattened."""
    typed: tuple[str, ...] = ()
    """Overrides as typed."""
    notes: tuple[str, ...] = ()
    """What could not be read."""

    @property
    def name(self) -> str:
        """How the run is called: its number in a sweep, else its folder or its id."""
        if self.number is not None:
            return f"{self.sweep}/{self.number}" if self.several_sweeps else str(self.number)
        return self.folder.name if self.folder else (self.mlflow_run_id or "run")[:12]

    def value(self, metric: str) -> float | None:
        """The final value of a metric; None where the run has no finite one."""
        found = self.final.get(metric)
        return found if found is not None and math.isfinite(found) else None


def read_run(folder: Path) -> RunRecord:
    """The record of one run's folder. Raises nothing for files that are cut: `notes` says so."""
    notes: list[str] = []
    config = flattened(read_config(folder / "config.yaml", notes))
    results = read_json(folder / "results.json", notes)
    points = _points(folder / "metrics.jsonl", notes)
    known = (folder / "predictions.jsonl", folder / "train.log")
    predictions, log = (path if path.is_file() else None for path in known)
    found = results.get("best")
    best: dict[str, Any] = found if isinstance(found, dict) else {}
    seconds = results.get("seconds")
    counted = results.get("rows")
    rows: dict[Any, Any] = counted if isinstance(counted, dict) else {}
    return RunRecord(
        status=str(results.get("status") or "unfinished"),
        kind=kind_of(folder, results),
        folder=folder,
        task=str(results.get("task") or config.get("task.name") or ""),
        objective=config.get("task.objective", ""),
        metric=_metric(config, best),
        seed=config.get("seed"),
        points=points,
        final=_final(results, points, best),
        rows={str(name): count for name, count in rows.items() if isinstance(count, int)},
        predictions=predictions,
        log=log,
        error=str(results["error"]).rstrip(": ") if results.get("error") else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        mlflow_run_id=results.get("mlflow_run_id"),
        labels=_labels(folder),
        positive_from=_number(config.get("task.positive_from")),
        config=config,
        typed=tuple(str(item) for item in results.get("overrides") or ()),
        notes=tuple(notes),
    )


def read_json(path: Path, notes: list[str]) -> dict[str, Any]:
    """A JSON object; empty where there is none, with a note where it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        cut = "is cut or no JSON" if isinstance(error, ValueError) else f"cannot be read ({error.strerror})"
        notes.append(f"{path.name} {cut}")
        return {}
    if isinstance(content, dict):
        return content
    notes.append(f"{path.name} holds no object")
    return {}


def _points(path: Path, notes: list[str]) -> list[dict[str, float]]:
    try:
        return [point for point in read_journal(path) if isinstance(point.get("step"), int)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        # The learning curves are missing then, and nothing else.
        place = str(error).partition(", ")[2] or type(error).__name__
        notes.append(f"{path.name} cannot be read ({place}): no learning curve")
        return []


def _metric(config: Mapping[str, str], best: Mapping[str, Any]) -> str:
    if best.get("metric"):
        return str(best["metric"])
    chosen = config.get("task.metric", "null")
    if chosen == "null":
        known = {objective.value: names for objective, names in METRICS.items()}
        chosen = known.get(config.get("task.objective", ""), ("",))[0]
    return f"validation/{chosen}" if chosen else ""


def _final(
    results: Mapping[str, Any], points: Sequence[Mapping[str, float]], best: Mapping[str, Any]
) -> dict[str, float]:
    """The metrics of results.json, and what was logged where the best weights were evaluated, as the loss."""
    found: dict[str, float] = {}
    for point in points:
        if point["step"] == best.get("step"):
            found |= {name: value for name, value in point.items() if name.startswith("validation/")}
    metrics = results.get("metrics")
    return {
        name: float(value)
        for name, value in (found | (metrics if isinstance(metrics, dict) else {})).items()
        if isinstance(value, int | float) and not name.endswith(("/runtime", "_per_second"))
    }


def _labels(folder: Path) -> tuple[str, ...]:
    labels = read_json(folder / "model" / "haechi.json", []).get("labels")
    return tuple(map(str, labels)) if isinstance(labels, list) else ()


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
