"""sweep.json: which jobs a sweep has, what each is, and how far it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from haechi.compose import key_of
from haechi.settings import FREE, Settings, differences, spelt
from haechi.text import Text

NAME = "sweep.json"
LOCK = ".sweep.lock"
"""Held by the process that runs the sweep."""
VERSION = 1
NEUTRAL_GROUPS = ("hydra", "sweep", "preflight", "notify", "tracking")
NEUTRAL = {"run_dir", "rerun", "tags", "trainer.resume", "explain", "apply_fix", *FREE}
"""Keys that are no part of what a job is."""

JobState = Literal["waiting", "running", "finished", "failed", "interrupted", "refused"]
SweepStatus = Literal["running", "finished", "failed", "interrupted"]


class UnreadableRecord(Exception):
    """A folder has no sweep.json that can be read; `why` says so."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class JobRecord:
    """One job."""

    number: int
    """Its number, and the name of its folder."""
    overrides: list[str] = field(default_factory=lambda: [])
    """What was typed for it, in Hydra's grammar."""
    values: dict[str, str] = field(default_factory=lambda: {})
    """Its value of every key that the sweep varies."""
    differs: Settings = field(default_factory=lambda: {})
    """Settings in which it differs from the sweep's `settings`."""
    state: JobState = "waiting"
    error: str | None = None
    """Why it failed or was refused."""
    seconds: float | None = None
    value: float | None = None
    """The metric that the sweep optimizes."""
    mlflow_run_id: str | None = None
    attempts: int = 0
    """How often it was started."""
    trial: int | None = None
    """The trial of a search that it is of."""
    pruned: bool = False
    """Whether it was ended early as hopeless."""

    @property
    def name(self) -> str:
        """What sets it apart, in a few words."""
        shown = " ".join(f"{key.rpartition('.')[2]}={value}" for key, value in self.values.items())
        return shown or f"job {self.number}"


@dataclass
class SweepRecord:
    """A sweep."""

    id: str = ""
    task: str = ""
    metric: str = ""
    """The metric that chooses the best job, `validation/macro_f1` for example."""
    direction: Literal["max", "min"] = "max"
    arguments: list[str] = field(default_factory=lambda: [])
    """What was typed, sweeps included."""
    hydra: list[str] = field(default_factory=lambda: [])
    """What was typed for Hydra itself, such as the launcher; not where the sweep is."""
    swept: list[str] = field(default_factory=lambda: [])
    """The keys that differ between jobs, in the order in which they were typed."""
    settings: Settings = field(default_factory=lambda: {})
    """What decides about the first job's training."""
    status: SweepStatus = "running"
    started: str = ""
    finished: str | None = None
    seconds: float = 0.0
    """Wall time of all starts of the sweep together."""
    mlflow_run_id: str | None = None
    tracking: str | None = None
    """What the tracking server did not take of the sweep's own run."""
    study: str | None = None
    """Name of the study, for a search."""
    jobs: list[JobRecord] = field(default_factory=lambda: [])

    def settings_of(self, job: JobRecord) -> Settings:
        """What decides about a job's training."""
        return {**self.settings, **job.differs}

    def job(self, folder: Path) -> JobRecord | None:
        """The job that writes into a folder."""
        return next((job for job in self.jobs if folder.name == str(job.number)), None)

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state; states without a job are left out."""
        states = [job.state for job in self.jobs]
        return {state: states.count(state) for state in get_args(JobState) if state in states}

    def as_json(self) -> dict[str, Any]:
        """The content of sweep.json."""
        content = {"version": VERSION, **asdict(self)}
        content["jobs"] = [{"folder": str(job.number), **asdict(job)} for job in self.jobs]
        return content

    def name_values(self) -> None:
        """Note for each job its value of every key that differs between jobs, typed or not."""
        typed = [typed_values(job.overrides) for job in self.jobs]
        # Keys that were swept before stay in front, so that jobs keep their names.
        keys = list(dict.fromkeys([*self.swept, *(key for values in typed for key in values)]))
        pairs = list(zip(typed, self.jobs, strict=True))
        found = {key: [values.get(key) or self._value(job, key) for values, job in pairs] for key in keys}
        before = set(self.swept)
        self.swept = [key for key, values in found.items() if len(set(values)) > 1 or key in before]
        for index, job in enumerate(self.jobs):
            job.values = {key: found[key][index] for key in self.swept}

    def _value(self, job: JobRecord, key: str) -> str:
        """The value of a key that was not typed for this job: a setting's, or the option of a group."""
        settings = self.settings_of(job)
        for name in (key, f"{key}.kind", f"{key}.name"):
            if name in settings:
                return str(settings[name])
        return "default"


def read_record(folder: Path) -> SweepRecord:
    """The sweep.json of a sweep's folder.

    Raises:
        UnreadableRecord: there is none, it is cut, or another version has written it.
    """
    try:
        content: Any = json.loads((folder / NAME).read_text(encoding="utf-8"))
        version = content["version"]
        if version != VERSION:
            raise UnreadableRecord(Text(
                f"`{folder / NAME}` is of version {version}, this is version {VERSION}",
                f"`{folder / NAME}`은(는) 버전 {version}이고 여기는 버전 {VERSION}입니다",
            ))  # fmt: skip
        jobs = [
            JobRecord(**{key: value for key, value in job.items() if key != "folder"})
            for job in content.pop("jobs")
        ]
        del content["version"]
        return SweepRecord(**content, jobs=jobs)
    except FileNotFoundError as error:
        why = Text(f"`{folder}` has no {NAME}", f"`{folder}`에 {NAME}이 없습니다")
        if not folder.is_dir():
            why = Text(f"`{folder}` is no folder", f"`{folder}`은(는) 폴더가 아닙니다")
        raise UnreadableRecord(why) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = type(error).__name__
        why = Text(
            f"`{folder / NAME}` cannot be read ({said})",
            f"`{folder / NAME}`을(를) 읽을 수 없습니다 ({said})",
        )
        raise UnreadableRecord(why) from error


def typed_values(overrides: Iterable[str]) -> dict[str, str]:
    """What overrides say about a job, by key; those that are no part of what it is are left out."""
    found: dict[str, str] = {}
    for item in overrides:
        key, _, value = item.partition("=")
        name = key_of(item)
        if name not in NEUTRAL and name.partition(".")[0].partition("/")[0] not in NEUTRAL_GROUPS:
            found[f"~{name}" if key.startswith("~") else name] = value
    return found


def unlike(
    record: SweepRecord, overrides: Sequence[str], settings: Settings, swept: Iterable[str]
) -> dict[str, tuple[str, str]]:
    """In what a job does not belong to a sweep that was begun before: what was there and what is now.

    A job of the sweep has equal settings. A new one may differ from those that are there in keys that are
    swept, now or then, and in nothing else.

    Args:
        record: the sweep.
        overrides: what was typed for the job.
        settings: what decides about its training.
        swept: keys that are swept now.
    """
    if same_job(record, settings) is not None:
        return {}
    typed = typed_values(overrides)
    for job in record.jobs:
        if typed_values(job.overrides) == typed:
            # The same command, and another config behind it: conf/ was changed.
            changed = differences(record.settings_of(job), settings)
            return {key: (str(old), str(new)) for key, (old, new) in changed.items()}
    free = {*swept, *record.swept}
    before = typed_values(record.jobs[0].overrides) if record.jobs else {}
    return {
        key: (before.get(key, "not typed"), typed.get(key, "not typed"))
        for key in [*before, *(key for key in typed if key not in before)]
        if key not in free and spelt(_number(before.get(key))) != spelt(_number(typed.get(key)))
    }


def same_job(record: SweepRecord, settings: Settings) -> JobRecord | None:
    """The job of a sweep that has these settings."""
    return next((job for job in record.jobs if not differences(record.settings_of(job), settings)), None)


def swept_keys(jobs: Sequence[Sequence[str]]) -> list[str]:
    """Keys whose values differ between jobs, by what was typed for them."""
    typed: list[Mapping[str, str]] = [typed_values(job) for job in jobs]
    keys = list(dict.fromkeys(key for values in typed for key in values))
    return [key for key in keys if len({values.get(key) for values in typed}) > 1]


def _number(text: str | None) -> Any:
    """2e-5 and 0.00002 are one value."""
    try:
        return float(cast(str, text))
    except (TypeError, ValueError):
        return text
