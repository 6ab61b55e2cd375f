"""The board: settings in their order, the best one against every other, and the runs that gave nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haechi.report import tables, wording
from haechi.report.comparison import Comparison, compare, draw_all
from haechi.report.record import RunRecord
from haechi.report.setting import Failure, Setting, settings_of
from haechi.schema.metric import LOWER_IS_BETTER


@dataclass(frozen=True)
class Board:
    """What a sweep has found; the best setting first."""

    task: str
    metric: str
    """What ranks, such as `validation/macro_f1`."""
    direction: str
    """max or min."""
    swept: tuple[str, ...]
    """Keys that were swept, the seed left out."""
    settings: tuple[Setting, ...]
    comparisons: tuple[Comparison, ...]
    """The best setting with each other one, in the order of the settings."""
    failures: tuple[Failure, ...]
    findings: tuple[str, ...]
    """What there is to know first, a sentence each."""
    notes: tuple[str, ...]
    """What could not be read or was left out."""
    records: tuple[RunRecord, ...]

    @property
    def best(self) -> Setting | None:
        """The setting that ranks first; None where no run has a value."""
        return self.settings[0] if self.settings else None

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each comparison in words."""
        return tuple(wording.sentence(item, self.split) for item in self.comparisons)

    @property
    def split(self) -> str:
        """The split whose rows rank: validation or test."""
        return self.metric.partition("/")[0]

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready to be written."""
        compared = [
            {**item.as_json(), "sentence": sentence}
            for item, sentence in zip(self.comparisons, self.sentences, strict=True)
        ]
        return {
            "task": self.task,
            "metric": self.metric,
            "direction": self.direction,
            "swept": list(self.swept),
            "runs": len(self.records),
            "best": self.best.as_json() if self.best else None,
            "settings": [setting.as_json() for setting in self.settings],
            "comparisons": compared,
            "failures": [failure.as_json() for failure in self.failures],
            "findings": list(self.findings),
            "notes": list(self.notes),
        }

    def as_text(self, width: int = 100) -> str:
        """The board for a terminal of so many columns."""
        return tables.as_text(self, width)

    def as_markdown(self) -> str:
        """The board as Markdown."""
        return tables.as_markdown(self)

    def as_csv(self) -> str:
        """A line for each setting."""
        return tables.as_csv(self)


def build_board(
    records: Sequence[RunRecord], metric: str | None = None, direction: str | None = None
) -> Board:
    """Average over seeds, rank, and compare the best setting with every other.

    Args:
        records: runs of one task.
        metric: what ranks; None takes what chose the runs' checkpoints.
        direction: max or min; None goes by the metric.
    """
    metric = metric or metric_of(records)
    direction = direction or next((item.direction for item in records if item.metric == metric), "")
    if direction not in {"max", "min"}:
        direction = "min" if metric.rpartition("/")[2] in LOWER_IS_BETTER else "max"
    sign = -1.0 if direction == "min" else 1.0
    notes = [f"run {record.name}: {note}" for record in records for note in record.notes]
    found, failures = settings_of(records, metric, notes)
    settings = sorted(found, key=lambda setting: -sign * setting.mean)
    comparisons: tuple[Comparison, ...] = ()
    if len(settings) > 1:
        drawn = draw_all([record for setting in settings for record in setting.records], metric, notes)
        comparisons = tuple(compare(settings[0], other, drawn, sign) for other in settings[1:])
    tasks = dict.fromkeys(record.task for record in records if record.task)
    return Board(
        task=", ".join(tasks),
        metric=metric,
        direction=direction,
        swept=tuple(dict.fromkeys(key for record in records for key in record.values)),
        settings=tuple(settings),
        comparisons=comparisons,
        failures=tuple(failures),
        findings=wording.findings(settings, comparisons, failures, metric, direction),
        notes=tuple(dict.fromkeys(notes)),
        records=tuple(records),
    )


def metric_of(records: Sequence[RunRecord]) -> str:
    """The metric that chose the checkpoints of most runs; empty where none did."""
    names = [record.metric for record in records if record.metric]
    return max(dict.fromkeys(names), key=names.count, default="")
