"""What a study found, as study.json and ranking.csv have it."""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from haechi.aside import write_json
from haechi.study.bootstrap import Resampler
from haechi.study.conclusion import PaperOrder
from haechi.study.evaluation import Evaluated, plain
from haechi.study.measures import MEANINGS, Scores
from haechi.study.ranking import Ranking, intervals
from haechi.study.token_report import Looked

RANKING_COLUMNS = (
    "rank", "setting", "kind", "pooling", "layers", "score", "value", "low", "high", "behind", "behind_low",
    "behind_high", "within_noise", "best_share", "overrides",
)  # fmt: skip


@dataclass
class Findings:
    """Everything that a study says."""

    task: str
    model: str
    objective: str
    layers: int
    """Number of the last layer."""
    rows: dict[str, int]
    encoded: Evaluated
    baselines: dict[str, Scores]
    ranking: Ranking
    resampler: Resampler
    order: PaperOrder
    conclusion: str = ""
    command: str | None = None
    """What to type to train with the best setting that train.py has."""
    cost: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    tokens: dict[str, Any] | None = None
    looked: list[Looked] = field(default_factory=list)
    """The sentences whose tokens were looked at."""
    finetuned: dict[str, Any] | None = None
    init: str = "pretrained"
    prefix: str = ""
    samples_of: str = ""
    """What tells the rows and the draws: studies that have it in common can be compared sample by sample."""

    @property
    def main(self) -> str:
        """The score that ranks."""
        return self.ranking.main

    @property
    def title(self) -> str:
        """Task and model."""
        scratch = ", random weights" if self.init == "scratch" else ""
        return f"{self.task}, {self.model}{scratch}"

    def values(self, metric: str) -> dict[str, float]:
        """A score of every setting that has it."""
        scores = self.encoded.scores
        return {name: found[metric].value() for name, found in scores.items() if metric in found}

    @property
    def metrics(self) -> list[str]:
        """Scores that the settings have, the one that ranks first."""
        names = list(next(iter(self.encoded.scores.values())))
        return [self.main, *(name for name in names if name != self.main)]

    def as_json(self) -> dict[str, Any]:
        """study.json."""
        last = self.layers
        return plain({
            "task": self.task, "model": self.model, "init": self.init, "objective": self.objective,
            "prefix": self.prefix, "rows": self.rows, "layers": last,
            "main": self.main, "meanings": {name: MEANINGS[name] for name in self.metrics},
            "conclusion": self.conclusion, "command": self.command,
            "best": self.ranking.best, "samples_of": self.samples_of,
            "paper_order": asdict(self.order),
            "settings": {name: self._setting(name, last) for name in self.encoded.scores},
            "baselines": {name: {"scores": intervals(found, self.resampler)}
                          for name, found in self.baselines.items()},
            "ranking": [self._placed(index) for index in range(len(self.ranking.placed))],
            "tokens": self.tokens, "finetuned": self.finetuned, "cost": self.cost, "notes": self.notes,
        })  # fmt: skip

    def _setting(self, name: str, last: int) -> dict[str, Any]:
        cell = self.encoded.cells[name]
        return {
            "pooling": cell.pooling, "layers": list(cell.layers), "overrides": cell.overrides(last),
            "scores": intervals(self.encoded.scores[name], self.resampler),
            "isotropy": self.encoded.isotropy[name],
        }  # fmt: skip

    def _placed(self, index: int) -> dict[str, Any]:
        item = self.ranking.placed[index]
        told = {key: value for key, value in asdict(item).items() if key != "cell"}
        return {"rank": index + 1, "kind": "baseline" if item.cell is None else "setting", **told}


def write_findings(folder: Path, found: Findings) -> None:
    """Write study.json, ranking.csv, and the best setting's score in each sample."""
    np.save(folder / "best_samples.npy", found.ranking.drawn(found.ranking.best))
    content = found.as_json()
    write_json(folder / "study.json", content)
    with (folder / "ranking.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(RANKING_COLUMNS)
        for item in content["ranking"]:
            writer.writerow(_row(item, content["settings"].get(item["name"]), found.main))


def _row(item: Mapping[str, Any], setting: Mapping[str, Any] | None, main: str) -> list[Any]:
    cell = setting or {"pooling": "", "layers": [], "overrides": []}
    return [
        item["rank"], item["name"], item["kind"], cell["pooling"], "+".join(map(str, cell["layers"])), main,
        item["value"], item["low"], item["high"], item["behind"], item["behind_low"], item["behind_high"],
        item["is_within_noise"], item["best_share"], " ".join(cell["overrides"] or []),
    ]  # fmt: skip
