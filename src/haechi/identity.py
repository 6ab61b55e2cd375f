"""What a run is called, and by what the tracking server finds it."""

from collections.abc import Mapping
from typing import Any

from omegaconf import OmegaConf

from haechi import outputs
from haechi.resolve import Run
from haechi.sweep_record import JobRecord, UnreadableRecord, read_record

# Overrides that say where and how, not what: they are left out of a run's name.
UNNAMED = ("model", "pooling", "task", "run_dir", "rerun", "tags", "experiment")
UNNAMED_GROUPS = (
    "hydra",
    "preflight",
    "sweep",
    "tracking",
    "notify",
    "task.files",
    "task.columns",
    "task.token_cache",
    "model.checkpoint",
    "study.static_vectors",
)


def run_name(run: Run) -> str:
    """What sets a run apart: model and pooling, then what was overridden."""
    config = run.config
    parts = [config.model.name, config.pooling.kind]
    for override in run.overrides:
        key, _, value = override.lstrip("+").partition("=")
        if not override.startswith("~") and key not in UNNAMED and not key.startswith(UNNAMED_GROUPS):
            parts.append(f"{key.rpartition('.')[2]}={value}")
    return " ".join(parts)[:250]


def tracked_name(run: Run, job: JobRecord | None, kind: str) -> str:
    """Name of the run at the tracking server, where a job of a sweep has that of its sweep."""
    name = job.name if job else run_name(run)
    return name if kind == "train" else f"{kind} {name}"


def parameters_of(run: Run) -> dict[str, object]:
    """Every setting under its config key, secrets masked; facts of the catalogue set nothing."""
    found: dict[str, object] = {}

    def walk(node: Mapping[str, Any], prefix: str) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                if key != "facts":
                    walk(value, f"{prefix}{key}.")
            else:
                plain = getattr(value, "value", value)
                found[f"{prefix}{key}"] = outputs.mask(plain) if isinstance(plain, str) else plain

    content = OmegaConf.to_container(OmegaConf.structured(run.config))
    assert isinstance(content, dict)
    walk({str(key): value for key, value in content.items() if key not in {"explain", "apply_fix"}}, "")
    return found


def tags_of(run: Run, kind: str = "train") -> dict[str, str]:
    """Tags by which the tracking server finds a run, and that say what it did."""
    config = run.config
    tags = {"task": config.task.name, "model": config.model.name, "pooling": config.pooling.kind}
    if run.sweep is not None:
        tags |= {"sweep": run.sweep.name, "job": run.folder.name}
    tags |= {"haechi.kind": kind, "run_dir": str(run.folder)}
    return {**tags, **{f"tag.{tag}": "true" for tag in config.tags}}


def place_in_sweep(run: Run) -> tuple[JobRecord | None, int]:
    """Which job of its sweep a run is, and how many there are; a search does not know yet."""
    if run.sweep is None:
        return None, 1
    try:
        record = read_record(run.sweep)
    except UnreadableRecord:  # another sweeper than ours
        return None, 1
    return record.job(run.folder), 0 if record.study else len(record.jobs)
