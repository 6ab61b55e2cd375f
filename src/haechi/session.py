"""What a run reports to while it goes on, and how it ends: results, tracker, notifier, signals."""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from haechi import launch, outputs
from haechi.alone import alone
from haechi.compose import key_of
from haechi.fault import RunFault
from haechi.forecast.measure import waited_seconds
from haechi.identity import parameters_of, place_in_sweep, tags_of, tracked_name
from haechi.notify import Notifier, build_notifier
from haechi.notify.none import Silence
from haechi.orphan import is_orphaned, working
from haechi.resolve import Run
from haechi.search.pruning import Pruning
from haechi.sweep_record import NAME as SWEEP
from haechi.sweep_record import JobRecord, read_record
from haechi.tracking import RunMemory, RunStatus, Tracker, build_tracker
from haechi.tracking.journal import Journal
from haechi.tracking.none import NoTracker

log = logging.getLogger(__name__)
trace = logging.getLogger("haechi.trace")
"""What train.log alone keeps: the terminal has its own words for how a run failed."""

TRACKED_FILES = (
    "config.yaml", outputs.OVERRIDES, "preflight.json", "environment.json", "results.json", "metrics.jsonl",
    "predictions.jsonl", "train.log", "study.log", "study.json", "study.html", "ranking.csv", "tokens.jsonl",
)  # fmt: skip

LOCK = ".run.lock"
SECONDS_FOR_LEFT_CHILDREN = 15.0


class Terminated(SystemExit):
    """The process was asked to end by SIGTERM."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)

    def __str__(self) -> str:
        return "terminated by SIGTERM"


@dataclass
class Session:
    """A run's journal, tracker, notifier and results."""

    run: Run
    results: outputs.Results
    tracker: Tracker
    notifier: Notifier
    journal: Journal
    started: float = field(default_factory=time.perf_counter)
    waited: float = field(default_factory=waited_seconds)
    """Seconds that this process had waited for a processor before the run."""
    training_waited: float = 0.0
    """Seconds that the training waited for one."""
    step: int = 0
    """Optimizer step of the newest metrics."""
    pruning: Pruning | None = None
    """Tells hopeless trials, in a search."""
    name: str = ""
    """What the run is called at the tracking server."""

    def on_metrics(self, metrics: Mapping[str, float], step: int, epoch: float) -> None:
        """Keep logged metrics: on disk first, then at the tracking server."""
        now = time.time()
        self.step = step
        self.journal.log(metrics, step, epoch, now)
        self.tracker.log_metrics(metrics, step, now)
        if self.pruning is not None and self.pruning.is_hopeless(metrics, step):
            self.results.pruned = True
            log.info("search: this trial ends at step %d, since earlier ones were better by then", step)

    def is_hopeless(self) -> bool:
        """Whether a search wants the training to end."""
        return self.results.pruned

    def close(self, status: RunStatus, error: BaseException | None) -> None:
        """Say how the run ended: on disk before anything that needs a network is waited for."""
        results, folder = self.results, self.run.folder
        results.status, results.seconds = status, round(time.perf_counter() - self.started, 3)
        results.error = outputs.mask(f"{type(error).__name__}: {error}") if error is not None else None
        try:
            outputs.write_results(folder, results)
        except OSError as unwritten:
            # Whoever waits for the message hears of the run all the same.
            log.error("results.json could not be written: %s", unwritten)
        if error is None:
            self.notifier.finish(_message(results, self.run))
        else:
            self.notifier.crash(error)
        self.tracker.log_files([path for name in TRACKED_FILES if (path := folder / name).is_file()])
        self.tracker.log_files(sorted((folder / "plots").glob("*.png")), "plots")
        self.tracker.finish(status)
        results.notify, results.tracking = self.notifier.delivery(), self.tracker.trouble()
        results.mlflow_run_id = self.tracker.run_id
        outputs.write_results(folder, results)
        self.journal.close()


@contextmanager
def open_session(run: Run, kind: str = "train") -> Iterator[Session]:
    """Open a session and close it with the right status, whatever ends the run.

    Ctrl-C and SIGTERM end in SystemExit with status 130 and 143. Of several processes that train one model
    the first alone writes, tracks and notifies. `kind` says what is done, in titles and names.
    """
    if not launch.is_first():
        with sigterm_raises():
            yield _silent(run)
        return
    if run.sweep is not None and is_orphaned():
        raise RunFault(f"the process that ran the sweep in `{run.sweep}` is gone")
    run.folder.mkdir(parents=True, exist_ok=True)
    said = f"another process runs in `{run.folder}`"
    with (
        working() if run.sweep is not None else nullcontext(),
        alone(run.folder / LOCK, said, SECONDS_FOR_LEFT_CHILDREN),
        sigterm_raises(),
    ):
        _refuse_the_finished(run)
        session = _begin(run, kind)
        try:
            session.notifier.start()
            session.tracker.start(parameters_of(run), tags_of(run, kind))
            yield session
        except (KeyboardInterrupt, Terminated) as error:
            _close_quietly(session, "interrupted", error)
            sys.exit(error.code if isinstance(error, Terminated) else 128 + signal.SIGINT)
        except BaseException as error:
            trace.error("the run failed", exc_info=error)
            _close_quietly(session, "failed", error)
            raise
        session.close("finished", None)
        _say_how_it_went(session)


def _refuse_the_finished(run: Run) -> None:
    """Leave a job alone that has finished: a killed sweep's queue may start it after the next sweep did.

    Raises:
        RunFault: it has.
    """
    if run.sweep is not None and run.config.trainer.resume is None:
        with suppress(OSError, ValueError, AttributeError):
            results = json.loads((run.folder / "results.json").read_text(encoding="utf-8"))
            if results.get("status") == "finished":
                raise RunFault(f"the job in `{run.folder}` has finished already")


def _begin(run: Run, kind: str) -> Session:
    config = run.config
    job, jobs = place_in_sweep(run)
    outputs.write_started(run.folder, kind)
    with suppress(OSError):  # how an earlier start ended is no longer true
        (run.folder / "results.json").unlink()
    # A run that goes on is compared with the one that is there, and written once it has been judged.
    if config.trainer.resume is None or not (run.folder / "config.yaml").is_file():
        outputs.write_config(run)
    if job is None:
        log.info("run: %s", run.folder)
    else:
        log.info("\njob %d, %s%s: %s", job.number, job.name, f" (one of {jobs})" if jobs else "", run.folder)
    name = tracked_name(run, job, kind)
    title = f"{kind} task={config.task.name} model={config.model.name} pooling={config.pooling.kind}"
    return Session(
        run=run,
        results=outputs.Results(
            status="interrupted",
            kind=kind,
            task=config.task.name,
            model=config.model.name,
            pooling=config.pooling.kind,
            overrides=_own_overrides(run),
            tags=list(config.tags),
        ),
        tracker=build_tracker(
            config.tracking,
            config.task.name,
            name,
            run.environment.tracking_uri,
            RunMemory(run.folder, resumes=config.trainer.resume is not None),
            RunMemory(run.sweep, resumes=True) if run.sweep else None,
        ),
        notifier=build_notifier(config.notify, title) if _sends(run) else Silence(),
        journal=Journal(run.folder / "metrics.jsonl"),
        pruning=_pruning(run, job),
        name=name,
    )


def _pruning(run: Run, job: JobRecord | None) -> Pruning | None:
    """What may end a job of a search early; trials of several seeds are not compared step by step."""
    if run.sweep is None or job is None or job.trial is None:
        return None
    record = read_record(run.sweep)
    if sum(item.trial == job.trial for item in record.jobs) > 1 or record.study is None:
        return None
    return Pruning(run.config.sweep, run.sweep, record.study, job.trial, record.metric)


def _own_overrides(run: Run) -> list[str]:
    """What was typed for a run; how a sweep has started a job again is no part of it."""
    return [item for item in run.overrides if run.sweep is None or key_of(item) != "trainer.resume"]


def _sends(run: Run) -> bool:
    """Whether a run sends messages of its own: a job of a sweep leaves that to the sweep."""
    return run.sweep is None or run.config.notify.each_job or not (run.sweep / SWEEP).is_file()


def _silent(run: Run) -> Session:
    """The session of a process whose work another one reports."""
    config = run.config
    results = outputs.Results("", task=config.task.name, model=config.model.name, pooling=config.pooling.kind)
    return Session(run, results, NoTracker(), Silence(), Journal(Path(os.devnull)))


def _close_quietly(session: Session, status: RunStatus, error: BaseException) -> None:
    """Closing must not hide what ended the run: a full disk, say, that also keeps results.json away."""
    try:
        session.close(status, error)
    except Exception as second:
        log.error("the run's end could not be written (%s: %s)", type(second).__name__, second)


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """Turn SIGTERM into an exception while a run goes on, so that it ends in order."""

    def end(number: int, frame: FrameType | None) -> None:
        # A second signal must not break off the writing of how the run ended.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread, where signals never arrive
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _headline(results: outputs.Results) -> dict[str, float]:
    """The metrics of a run, those of single classes left out."""
    return {name: value for name, value in results.metrics.items() if name.count("/") == 1}


def _message(results: outputs.Results, run: Run) -> str:
    """What the message says of a finished run."""
    shown = ", ".join(f"{name} {value:.4f}" for name, value in _headline(results).items())
    minutes, seconds = divmod(round(results.seconds), 60)
    return (
        f"task {results.task}, model {results.model}, pooling {results.pooling}: {shown}; "
        f"{minutes} min {seconds} s on {results.host}; {run.folder}"
    )


def _say_how_it_went(session: Session) -> None:
    """The last lines of a run: metrics, where the outputs are, how to see them."""
    results, run = session.results, session.run
    width = max((len(name) for name in _headline(results)), default=0)
    name = session.name if run.sweep is None else f"job {run.folder.name}"
    lines = ["", f"{name}  finished in {results.seconds:.1f} s"]
    lines += [f"  {name:<{width}}  {value:.4f}" for name, value in _headline(results).items()]
    best = results.best
    if best.get("value") is not None:
        lines.append(f"  best {best['metric']} {best['value']:.4f} at step {best['step']}")
    if run.sweep is None:  # else it is said once, at the end
        lines.append(f"  outputs  {_near(run.folder)}")
        lines.append(f"  mlflow   {session.tracker.where()}")
    if results.tracking:
        lines.append(f"  tracking {results.tracking}")
    lines += [f"  message  {name}: {state}" for name, state in results.notify.items()]
    log.info("\n".join(lines))


def _near(folder: Path) -> str:
    """A path relative to the caller's directory where that is shorter."""
    with suppress(ValueError):
        return min(str(folder), os.path.relpath(folder), key=len)
    return str(folder)
