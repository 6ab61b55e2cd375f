"""Some settings fine-tuned by train.py: does the cheap ranking foretell the dear one?"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from haechi import places
from haechi.compose import as_value
from haechi.fault import RunFault
from haechi.plots import new_figure, save_figure
from haechi.resolve import Run
from haechi.schema.metric import LOWER_IS_BETTER, chosen_metric
from haechi.schema.task import Objective
from haechi.study.conclusion import training_overrides
from haechi.study.ranking import Placed, Ranking, order_agreement

log = logging.getLogger(__name__)

FEWEST_SETTINGS = 3
"""Fewer have no order worth comparing."""
SECONDS_TO_END = 30.0


def refuse_unless_possible(run: Run) -> None:
    """Say before the pass that there will be no fine-tuning.

    Raises:
        RunFault: the task's head reads no pooled vector, or no seed is named.
    """
    study, task = run.config.study, run.config.task
    if study.finetune and task.objective is Objective.span:
        raise RunFault(
            "the head of a task on spans reads every token, so its training has no pooling to compare",
            ["a study ranks settings for retrieval of the context, which train.py does not train"],
            ["study.finetune=false"],
        )
    odd = [seed for seed in study.finetune_seeds if not seed.isdigit()]
    if study.finetune and (odd or not study.finetune_seeds):
        raise RunFault(
            f"`study.finetune_seeds` {f'names `{odd[0]}`, which is no seed' if odd else 'is empty'}",
            [],
            ["study.finetune_seeds=[1,2]"],
        )


def spread(ranking: Ranking, count: int, last: int) -> list[Placed]:
    """Settings that train.py has, from the best to the worst, as evenly spread over the ranking as can be."""
    able = [
        item for item in ranking.settings
        if item.cell is not None and item.cell.overrides(last) and np.isfinite(item.value)
    ]  # fmt: skip
    # What scores alike in every sample is one setting to a cosine.
    distinct = [item for place, item in enumerate(able) if place == 0 or item.value != able[place - 1].value]
    places_of = np.unique(np.linspace(0, len(distinct) - 1, min(count, len(distinct))).round().astype(int))
    return [distinct[place] for place in places_of]


def finetune(run: Run, ranking: Ranking, last: int) -> dict[str, Any]:
    """Train with some settings and seeds, one sweep a setting, and compare the orders.

    A training that fails costs its number and nothing else.
    """
    chosen = spread(ranking, run.config.study.finetune_settings, last)
    metric, seeds = chosen_metric(run.config.task), list(run.config.study.finetune_seeds)
    told: list[dict[str, Any]] = []
    for number, item in enumerate(chosen):
        assert item.cell is not None
        folder = run.folder / "finetune" / f"{number}_{item.name.replace('@', '_')}"
        typed = [*training_overrides(run.config, run.overrides), *(item.cell.overrides(last) or [])]
        log.info("fine-tuning %d of %d: %s, seeds %s", number + 1, len(chosen), item.name, ", ".join(seeds))
        _train(folder, [*typed, "notify=none", f"seed={','.join(seeds)}"])
        found = dict(_scores(folder, metric))
        values = [found.get(seed) for seed in seeds]
        known = [value for value in values if value is not None]
        mean = float(np.mean(known)) if known else None
        told.append({"name": item.name, "cheap": item.value, "values": values, "mean": mean,
                     "overrides": item.cell.overrides(last), "folder": str(folder)})  # fmt: skip
    return summary(told, metric, seeds, ranking.main)


def summary(told: Sequence[dict[str, Any]], metric: str, seeds: Sequence[str], main: str) -> dict[str, Any]:
    """What study.json says of the trainings: both orders, how they agree, in a sentence too."""
    both = [(item["cheap"], item["mean"]) for item in told if item["mean"] is not None]
    sign = -1 if metric in LOWER_IS_BETTER else 1
    agreement = float("nan")
    if len(both) >= FEWEST_SETTINGS:
        agreement = order_agreement([cheap for cheap, _ in both], [sign * dear for _, dear in both])
    failed = [item["name"] for item in told if item["mean"] is None]
    sentence = (
        f"{len(both)} settings x {len(seeds)} seeds were fine-tuned: the ranking without fine-tuning "
        f"({main}) and the one with it (validation {metric}) "
        + (f"agree with a rank correlation of {agreement:.2f}" if np.isfinite(agreement)
           else "cannot be compared")
        + f"; of {len(both)} settings that says little beyond its sign."
    )  # fmt: skip
    if failed:
        sentence += f" Not trained, see the logs: {', '.join(failed)}."
    return {"metric": metric, "seeds": list(seeds), "settings": list(told), "rank_correlation": agreement,
            "sentence": sentence}  # fmt: skip


def _train(folder: Path, overrides: Sequence[str]) -> None:
    """Run train.py to its end; what it says goes into a file beside its jobs."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, str(places.ROOT / "src" / "train.py"), "-m", *overrides,
        f"hydra.sweep.dir={as_value(str(folder))}",
    ]  # fmt: skip
    with (folder / "output.txt").open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        try:
            code = process.wait()
        except BaseException:
            # The study was asked to end: its trainings end in order too.
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
            process.kill()
            raise
    if code:
        log.warning("train.py ended with status %d: %s", code, folder / "output.txt")


def _scores(folder: Path, metric: str) -> Iterator[tuple[str, float]]:
    """Seed and score of every job that has one."""
    for path in sorted(folder.glob("*/results.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        value = content["metrics"].get(f"validation/{metric}")
        seed = next((item[5:] for item in content["overrides"] if item.startswith("seed=")), None)
        if value is not None and seed is not None:
            yield seed, float(value)


def draw_finetuned(told: dict[str, Any], main: str, path: Path) -> Path:
    """Each setting's score without fine-tuning against those with it."""
    figure, axes = new_figure(6.4, 4.6)
    for item in told["settings"]:
        known = [value for value in item["values"] if value is not None]
        if known:
            axes.plot([item["cheap"]] * len(known), known, "o", color="tab:blue", markersize=4, alpha=0.5)
            axes.annotate(item["name"], (item["cheap"], item["mean"]), textcoords="offset points",
                          xytext=(5, 5), fontsize=8)  # fmt: skip
    axes.set_xlabel(f"without fine-tuning: {main}")
    axes.set_ylabel(f"fine-tuned: validation {told['metric']}")
    axes.margins(x=0.25, y=0.2)
    axes.grid(alpha=0.25)
    axes.set_title("does the cheap ranking foretell the dear one?", fontsize=10)
    return save_figure(figure, path)
