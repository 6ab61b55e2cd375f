"""The command line of report.py: folders of runs and sweeps, and `key=value` words."""

import difflib
import io
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haechi import places
from haechi.fault import RunFault
from haechi.report.gather import compared, gather
from haechi.report.record import RunRecord
from haechi.report.write import boards_of, write_report
from haechi.sweep_record import NAME as SWEEP_FILE

MISTAKE = 2
KEYS = {
    "out": "the folder that the report is written to",
    "metric": "what ranks, such as test/macro_f1; by default what chose the runs' checkpoints",
    "experiment": "an MLflow experiment, whose runs are reported",
    "format": "what is printed: text or json",
    "sync": "a folder whose runs are brought to MLflow, from which it was away",
}
USAGE = "usage: python src/report.py <folders of runs or sweeps, or an MLflow experiment> [key=value ...]"
_FORMATS = ("text", "json")
_WIDTH = 100


@dataclass
class Request:
    """What was typed."""

    folders: list[str] = field(default_factory=list)
    experiments: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def metric(self) -> str | None:
        """The metric's whole name; a bare one is that of the validation rows."""
        given = self.settings.get("metric")
        if given is None or given.startswith(("validation/", "test/", "train/")):
            return given
        return f"validation/{given}"


def report_and_exit(arguments: Sequence[str] | None = None) -> None:
    """What report.py does: gather, rank, write, print. A user's mistake leaves with status 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if {"-h", "--help"} & set(words):
        sys.stdout.write(_help())
        sys.exit(0)
    try:
        request = _read(words)
        if "sync" in request.settings:
            _sync(Path(os.path.expanduser(request.settings["sync"])))
        if request.folders or request.experiments:
            _report(request)
    except RunFault as fault:
        sys.stderr.write(f"{fault.text}\n")
        sys.exit(MISTAKE)
    except OSError as error:
        where = f"`{error.filename}`" if error.filename else "a file of the report"
        fault = RunFault(f"{where} could not be read or written: {error.strerror}", [], ["out=DIR"])
        sys.stderr.write(f"{fault.text}\n")
        sys.exit(1)


def _read(words: Sequence[str]) -> Request:
    request = Request()
    for word in words:
        key, sign, value = word.partition("=")
        if os.path.exists(os.path.expanduser(word)):
            # Hydra puts overrides into names of folders, so that one may look like a key.
            request.folders.append(word)
        elif sign:
            _check(key, value)
            request.settings[key] = value
        elif word.startswith("-"):
            raise RunFault(f"unknown option `{word}`", [f"the keys are {', '.join(KEYS)}", USAGE])
        elif "/" in word or word in {".", ".."}:
            raise RunFault(f"no such folder: `{word}`")
        else:
            request.experiments.append(word)
    if "experiment" in request.settings:
        request.experiments.append(request.settings["experiment"])
    if not request.folders and not request.experiments and "sync" not in request.settings:
        raise RunFault("nothing to report", [USAGE], [str(places.outputs())])
    return request


def _check(key: str, value: str) -> None:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, n=1)
        raise RunFault(
            f"unknown key `{key}`",
            [f"the keys are {', '.join(KEYS)}"],
            [f"{item}={value}" for item in near],
        )
    if not value:
        raise RunFault(f"`{key}=` has no value", [f"it names {KEYS[key]}"])
    if key == "format" and value not in _FORMATS:
        raise RunFault(f"unknown format `{value}`", [], [f"format={name}" for name in _FORMATS])


def _sync(folder: Path) -> None:
    """Bring runs to MLflow, a line each; leaves with status 1 where one does not arrive."""
    from haechi.sync import sync

    for done in sync([folder]):
        sys.stdout.write(f"{done.folder}  {done.said}\n")
        sys.stdout.flush()
        if not done.ok:
            sys.exit(1)


def _report(request: Request) -> None:
    records = gather(request.folders) if request.folders else []
    for name in request.experiments:
        records += _experiment(name, typed_as_key=name == request.settings.get("experiment"))
    if request.experiments and (request.folders or len(request.experiments) > 1):
        records = compared(records)
    if request.metric is not None:
        _must_be_there(records, request.metric)
    boards = boards_of(records, request.metric)
    written = write_report(boards, _out(request))
    if request.settings.get("format") == "json":
        sys.stdout.write(written.json.read_text(encoding="utf-8"))
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every terminal's encoding has Hangul, or a plus-minus sign.
        sys.stdout.reconfigure(errors="backslashreplace")
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    text = "\n\n".join(board.as_text(max(width, 60)) for board in boards)
    sys.stdout.write(f"{text}\n\nreport   {written.html}\n")


def _experiment(name: str, *, typed_as_key: bool) -> list[RunRecord]:
    from haechi.report.tracked import gather_experiment  # imports the tracking client

    try:
        return gather_experiment(name)
    except RunFault as fault:
        if typed_as_key:
            raise
        raise RunFault(f"`{name}` is no folder here, and as an experiment: {fault}", fault.notes) from fault


def _must_be_there(records: Sequence[RunRecord], metric: str) -> None:
    counts = Counter(name for record in records for name in record.final)
    if metric in counts or not counts:
        return
    split = metric.partition("/")[0]
    headline = [name for name in counts if name.count("/") == 1 and name.startswith(f"{split}/")]
    near = difflib.get_close_matches(metric, list(counts), n=1)
    raise RunFault(
        f"no run has the metric `{metric}`",
        [f"there are {', '.join(sorted(headline or counts))}"],
        [f"metric={name}" for name in near],
    )


def _out(request: Request) -> Path:
    """Where the report goes: into the one sweep or run that was named, else into a folder of its own."""
    if given := request.settings.get("out"):
        return Path(os.path.expanduser(given)).absolute()
    if len(request.folders) == 1 and not request.experiments:
        folder = Path(os.path.expanduser(request.folders[0])).absolute()
        if (folder / SWEEP_FILE).is_file() or (folder / "config.yaml").is_file():
            return folder / "report"
    return places.outputs() / f"report_{places.stamp()}"


def _help() -> str:
    keys = "\n".join(f"  {key:<12}{what}" for key, what in KEYS.items())
    return (
        f"{USAGE}\n\nPrints the board and writes report.html, report.md, report.csv, board.json and\n"
        f"plots/ to report/ in the folder of the sweep, or to a new folder under outputs/.\n\n{keys}\n"
    )
