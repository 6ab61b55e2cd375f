"""Runs, sweeps and folders of either -> records that can be compared."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from haechi.compose import key_of
from haechi.fault import RunFault
from haechi.report import sweep_file
from haechi.report.config_values import differing, value_of
from haechi.report.record import TRAINING, RunRecord, read_run
from haechi.sweep_record import NAME as SWEEP_FILE

DEEPEST = 5
"""Folders below a given one in which runs are looked for."""
MOST_RUNS = 2000
_MARKS = ("results.json", "metrics.jsonl", "preflight.json", "train.log")
_CLOSED = {"model", "checkpoints", "plots", "cache", "mlartifacts", "mlruns", "report"}


def gather(paths: Sequence[Path | str]) -> list[RunRecord]:
    """The records of all runs in the given folders, each once, with the values that set them apart.

    Raises:
        RunFault: a folder is not there, or holds no run.
    """
    found: dict[Path, RunRecord] = {}
    broken: list[Path] = []
    sweeps = 0
    for given in paths:
        folder = Path(os.path.expanduser(given)).absolute()
        if not folder.is_dir():
            what = "a file, not a folder" if folder.exists() else "no such folder"
            raise RunFault(f"`{given}` is {what}", ["the folder of a run or of a sweep is wanted"])
        groups = list(_groups(folder, broken))
        trainings = [(place, kept) for place, group in groups if (kept := _trainings(group))]
        if not trainings:
            raise _nothing(given, studies=bool(groups))
        sweeps += len(trainings)
        for place, records in trainings:
            for record in records:
                own = record.folder or place / str(record.number)
                found.setdefault(own.resolve(), record)
    records = compared(list(found.values()), one_sweep=sweeps == 1)
    for folder in broken:
        note = f"{folder.name}/{SWEEP_FILE} is cut or no JSON: its runs are compared by their configs"
        place = next((index for index, record in enumerate(records) if _is_in(record, folder)), 0)
        records[place] = replace(records[place], notes=(*records[place].notes, note))
    return records


def _trainings(group: list[RunRecord]) -> list[RunRecord]:
    """The group without studies, which have scores of their own and no value that a training has."""
    return [record for record in group if record.kind == TRAINING]


def _nothing(given: Path | str, *, studies: bool) -> RunFault:
    if studies:
        return RunFault(f"`{given}` holds studies and no training", ["a study has its own page: study.html"])
    holds = "config.yaml, results.json and metrics.jsonl"
    return RunFault(f"no run in `{given}`", [f"a run's folder holds {holds}, a sweep's {SWEEP_FILE}"])


def compared(records: list[RunRecord], *, one_sweep: bool = False) -> list[RunRecord]:
    """The records with values for one set of keys: those of a sweep, or what differs between the configs."""
    if one_sweep and any(record.sweep for record in records):
        return records
    swept = dict.fromkeys(key for record in records for key in record.values)
    known = [record for record in records if record.config]
    differ = differing([record.config for record in known], [record.typed for record in known])
    keys = list(dict.fromkeys([*(key for key in swept if _varies(records, key)), *differ]))
    return [
        replace(record, values={key: _value(record, key) for key in keys}, several_sweeps=True)
        for record in records
    ]


def _varies(records: Sequence[RunRecord], key: str) -> bool:
    return len({_value(record, key) for record in records}) > 1


def _value(record: RunRecord, key: str) -> str:
    typed = {key_of(item): item.partition("=")[2] for item in record.typed}
    return record.values.get(key) or value_of(record.config | typed, key) or "?"


def _groups(folder: Path, broken: list[Path]) -> Iterator[tuple[Path, list[RunRecord]]]:
    """Sweeps and single runs in a folder and below, each with its folder.

    `broken` hears of sweeps that cannot be read as such.
    """
    count, top = 0, len(folder.parts)
    for place, names, files in os.walk(folder):
        here = Path(place)
        group: list[RunRecord] | None = None
        if SWEEP_FILE in files:
            group = sweep_file.read_sweep(here)
            if group is None:
                broken.append(here)
        if group is None and _is_run(files):
            group = [read_run(here)]
        if group is not None:
            if _trainings(group):  # else a study, which may have trainings below it
                names.clear()
            count += len(group)
            yield here, group
        if len(here.parts) - top >= DEEPEST or count >= MOST_RUNS:
            names.clear()
        names[:] = sorted((name for name in names if _is_open(name)), key=_order)


def _is_in(record: RunRecord, folder: Path) -> bool:
    return record.folder is not None and record.folder.is_relative_to(folder)


def _is_run(files: Sequence[str]) -> bool:
    """conf/ has a config.yaml too; what a run leaves beside it has not."""
    return any(mark in files for mark in _MARKS) and ("config.yaml" in files or "results.json" in files)


def _is_open(name: str) -> bool:
    return name not in _CLOSED and not name.startswith((".", "report_"))


def _order(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isascii() and name.isdigit() else (1 << 60, name)
