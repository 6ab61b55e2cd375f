"""The command line of train.py and check.py: Hydra's own, judged before Hydra runs it."""

import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.errors import CompactHydraException
from hydra.types import RunMode

from haechi import launch, places
from haechi.compose import key_of, settle
from haechi.fault import OthersEnded, RunFault
from haechi.preflight.check import Refused, Verdict
from haechi.preflight.depth import DepthReport
from haechi.preflight.evidence import Evidence
from haechi.preflight.judge import judge
from haechi.preflight.report import render
from haechi.preflight.rule import catalogue
from haechi.schema.preflight import Format
from haechi.text import Language, Text
from haechi.typed import CommandLine, read_command_line

REFUSED = 2
_judged: list[Verdict] = []
SECONDS_FOR_THE_FIRST = 3.0
"""A launcher looks for ended processes several times a second."""


def _read() -> CommandLine:
    """What was typed, or the end: a run to repeat may not be there."""
    try:
        return read_command_line()
    except RunFault as fault:
        print_fault(fault)
        sys.exit(REFUSED)


def judge_command_line(command: CommandLine, *, trains: bool = True) -> list[Verdict]:
    """Judge what was typed and print the verdict: text to stderr, other formats to stdout.

    Args:
        command: what was typed.
        trains: whether it is for trainings, whose time and memory are forecast.
    """
    started = time.perf_counter()
    verdicts = judge(
        command.overrides,
        multirun=command.multirun,
        config_dir=command.config_dir,
        config_name=command.config_name,
        examine=_examine,
        trains=trains,
    )
    text = render(verdicts, command.format, time.perf_counter() - started)
    if text and not launch.is_first():
        if any(verdict.refused for verdict in verdicts):
            _print_error(f"{text}\n")
    elif text:
        stream = sys.stderr if command.format is Format.text else sys.stdout
        stream.write(f"{text}\n")
        stream.flush()
    return verdicts


def _examine(evidence: Evidence) -> DepthReport:
    """What `preflight.deep=true` asks for, and the one thing here that imports torch."""
    from haechi.deep.examine import examine

    return examine(evidence)


def judged() -> list[Verdict]:
    """The verdicts on the jobs that this process was started for; none where it judged nothing."""
    return _judged


def refuse_or_go_on(*, trains: bool = True) -> CommandLine:
    """What train.py does first: judge, and leave with status 2 unless every job is fit to start."""
    command = _read()
    if command.asks:
        return command
    _answer(command)
    if launch.processes() > 1:
        _meet(command)
    verdicts = judge_command_line(command, trains=trains)
    skip = command.value("preflight.skip_incompatible") == "true" and len(verdicts) > 1
    if any(verdict.refused for verdict in verdicts) and not skip:
        sys.exit(REFUSED)
    _judged[:] = verdicts
    return command


def _meet(command: CommandLine) -> None:
    """Of several processes that a launcher has started: agree upon the run's folder before it is made."""
    if command.multirun:
        print_fault(RunFault(
            f"a sweep starts its jobs itself, and a launcher has started {launch.processes()} processes",
            ["one job may train in several processes, or one process may run several jobs"],
            ["python src/train.py -m ..."],
        ))  # fmt: skip
        sys.exit(REFUSED)
    from haechi.training import processes

    try:
        processes.join()
        places.take_stamp(processes.shared(places.stamp()))
    except RunFault as fault:
        print_fault(fault)
        sys.exit(1)
    if not launch.is_first():
        # The first one logs; train.log is its file.
        sys.argv.append("hydra/job_logging=disabled")


def leave_to_the_first() -> None:
    """End a process of several that trained well, and leave what is left to do to the first one.

    Taking torch's threads apart at the interpreter's end has aborted such a process, and the launcher then
    ends the first one while it still saves.
    """
    if not launch.is_first():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def print_fault(fault: RunFault) -> None:
    """Say what ends a run or a sweep."""
    # Nobody is left to say it in the place of the one that sees another process gone.
    _print_error(f"\n{fault.text}\n", at_once=isinstance(fault, OthersEnded))


def _print_error(text: str, *, at_once: bool = False) -> None:
    """What ends a run, on stderr. Of several processes the first one says it.

    Another one waits before it speaks, unless `at_once`: where the first has met the same fault, the
    launcher has ended it by then, and the fault is said once.
    """
    if not launch.is_first():
        if not at_once:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            time.sleep(SECONDS_FOR_THE_FIRST)
        text = f"\nprocess {launch.rank()} on {socket.gethostname()}:\n{text.lstrip()}"
    sys.stderr.write(text)
    sys.stderr.flush()


@contextmanager
def refusals_end_single_runs(mode: Any) -> Iterator[None]:
    """A run that is refused once its hub files are here ends as one refused before: text, status 2.

    In a sweep Hydra hears of it instead, since leaving the process would end the other jobs: by the one
    exception that it shows without a traceback.
    """
    try:
        yield
    except Refused as refusal:
        text = render([refusal.verdict], Format.text, 0.0)
        if mode is RunMode.MULTIRUN:
            raise CompactHydraException(text) from refusal
        _print_error(f"{text}\n")
        sys.exit(REFUSED)
    except (RunFault, OSError) as error:
        fault = error if isinstance(error, RunFault) else _full_disk(error)
        if fault is None:
            raise
        if mode is RunMode.MULTIRUN:
            raise CompactHydraException(fault.text) from error
        print_fault(fault)
        sys.exit(1)


def _full_disk(error: OSError) -> RunFault | None:
    """What to say where a disk took no more; None for another error."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
        return None
    place = f"`{error.filename}`" if error.filename else "a file of the run"
    said = os.strerror(error.errno)
    return RunFault(f"{place} could not be written: {said}", ["HAECHI_OUTPUTS names another disk"])


def check_and_exit() -> None:
    """What check.py does: judge and stop, or print a rule's page, or the corrected command line."""
    command = _read()
    if command.asks or command.shows_config:
        return
    _answer(command)
    # `check.py 'experiment=glob(*)'` asks about every preset, though no run could have all of them.
    if any("=glob(" in item for item in command.overrides):
        command = replace(command, multirun=True)
    verdicts = judge_command_line(command)
    if command.format is Format.text and not any(verdict.refused for verdict in verdicts):
        count = len(verdicts)
        fit = Text("the run is fit to start", "실행에 이상이 없습니다")
        if count > 1:
            fit = Text(f"{count} jobs are fit to start", f"작업 {count}개에 이상이 없습니다")
        sys.stderr.write(f"{fit.of(command.language)}\n")
    sys.exit(REFUSED if any(verdict.refused for verdict in verdicts) else 0)


def _answer(command: CommandLine) -> None:
    """`explain` and `apply_fix` are questions, whichever script they are put to: answer and leave."""
    if code := command.value("explain"):
        sys.exit(_explain(code, command.language))
    if code := command.value("apply_fix"):
        sys.exit(_apply_fix(command, code))


def _explain(code: str, language: Language) -> int:
    rule = next((rule for rule in catalogue() if rule.code == code.upper()), None)
    if rule is None:
        codes = " ".join(rule.code for rule in catalogue())
        missing = Text(
            f"error: there is no rule `{code}`\n  = note: the rules are {codes}\n",
            f"오류: 규칙 `{code}`은(는) 없습니다\n  = 참고: 있는 규칙은 {codes}\n",
        )
        sys.stderr.write(missing.of(language))
        return REFUSED
    sys.stdout.write(rule.page(language))
    return 0


def _apply_fix(command: CommandLine, code: str) -> int:
    kept = [item for item in command.overrides if key_of(item) != "apply_fix"]
    verdicts = judge(
        kept,
        multirun=command.multirun,
        config_dir=command.config_dir,
        config_name=command.config_name,
        examine=_examine,
    )
    for verdict in verdicts:
        for item in verdict.diagnostics:
            if item.code == code.upper() and item.fixes:
                sys.stdout.write(_shell_line(settle([*kept, *item.fixes[0]]), command.multirun))
                return 0
    nothing = Text(
        f"error: this command line has no finding `{code}` with a fix\n",
        f"오류: 이 명령줄에는 고칠 수 있는 `{code}` 판정이 없습니다\n",
    )
    sys.stderr.write(nothing.of(command.language))
    return REFUSED


def _shell_line(overrides: list[str], multirun: bool) -> str:
    import shlex

    script = Path(sys.argv[0]).name
    # What judges is not what runs.
    script = "train.py" if script == "check.py" else script
    return shlex.join(["python", f"src/{script}", *(["-m"] if multirun else []), *overrides]) + "\n"
