"""The jobs of a sweep, run by any of Hydra's launchers: none stops or hides another, and none is lost."""

import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus

from haechi import outputs
from haechi.alone import alone, is_held
from haechi.aside import write_json
from haechi.command_line import judged, print_fault
from haechi.compose import as_value, key_of
from haechi.fault import RunFault
from haechi.orphan import note_process
from haechi.preflight.check import Verdict
from haechi.preflight.judge import judge
from haechi.session import LOCK as JOB_LOCK
from haechi.session import Terminated, sigterm_raises
from haechi.sweep.plan import now, plan_search, plan_sweep
from haechi.sweep.progress import POLL_SECONDS, LostJob, Watcher, look
from haechi.sweep.telling import Telling
from haechi.sweep_record import LOCK, NAME, JobRecord, SweepRecord, SweepStatus, UnreadableRecord

log = logging.getLogger(__name__)

ENDED = {"finished", "failed", "refused"}
TERMINATED = 128 + signal.SIGTERM
PLACES = {"hydra.sweep.dir", "hydra.sweep.subdir", "hydra.mode", "hydra.run.dir", "hydra/job_logging"}
"""Keys of Hydra's own that say where and in which mode, and nothing about how a sweep is run."""


def run_sweep(sweeper: Any, arguments: Sequence[str]) -> list[JobRecord]:
    """Run what is to be run of a sweep, and leave with status 1 if any job failed or was refused.

    Args:
        sweeper: Hydra's plugin, with its `config`, its `launcher` and `max_batch_size`.
        arguments: what was typed, sweeps included.

    Returns:
        All jobs of the sweep.

    Raises:
        SystemExit: a job failed, or another process runs this sweep, or the launcher cannot work.
    """
    try:
        return _run_alone(sweeper, arguments)
    except UnreadableRecord as error:
        print_fault(RunFault(str(error.why), [], ["~sweep.resume"]))
        sys.exit(1)
    except RunFault as fault:
        print_fault(fault)
        sys.exit(1)


def _run_alone(sweeper: Any, arguments: Sequence[str]) -> list[JobRecord]:
    folder = Path(sweeper.config.hydra.sweep.dir).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_a_second(folder, arguments)
    with alone(folder / LOCK, f"another process runs the sweep in `{folder}`"):
        verdicts = judged() or judge(arguments, multirun=True)
        if sweeper.searches:
            from haechi.sweep.search import Search

            search = Search(folder, plan_search(folder, arguments, verdicts), verdicts, sweeper)
            search.prepare(arguments)
            return search.run()
        record, asked = plan_sweep(folder, arguments, verdicts)
        return Sweep(folder, record, verdicts, sweeper, asked).run()


def _refuse_a_second(folder: Path, arguments: Sequence[str]) -> None:
    """A sweep goes on by its name, which is judged, and not because another one is put into its folder.

    Raises:
        RunFault: the folder has a sweep.
    """
    if (folder / NAME).is_file() and not any(key_of(item) == "sweep.resume" for item in arguments):
        raise RunFault(
            f"`{folder}` has a sweep already", ["to go on with it, name it; a new one takes a new folder"],
            [f"sweep.resume={as_value(str(folder))}"],
        )  # fmt: skip


class Sweep:
    """One start of a sweep."""

    def __init__(
        self,
        folder: Path,
        record: SweepRecord,
        verdicts: Sequence[Verdict],
        sweeper: Any,
        asked: Sequence[int] | None = None,
    ) -> None:
        """Nothing is run yet.

        Args:
            folder: the sweep's folder.
            record: its jobs.
            verdicts: on those that are asked for.
            sweeper: Hydra's plugin.
            asked: numbers of the jobs that are asked for; None is all.
        """
        self.folder, self.record, self.sweeper = folder, record, sweeper
        self._asked = None if asked is None else set(asked)
        record.hydra = _typed_for_hydra(sweeper.config)
        self._losses: Counter[int] = Counter()
        """How often this start has lost the process of each job."""
        runs = [verdict.run for verdict in verdicts if verdict.run]
        self.config = runs[0].config if runs else None
        self.telling = Telling(folder, record, runs[0] if runs else None)
        self._began, self._before = time.monotonic(), record.seconds
        # Jobs that run beside each other share a terminal: they leave it to the sweep.
        self._beside = type(sweeper.launcher).__name__ != "BasicLauncher"
        if self._beside:
            os.environ["TQDM_DISABLE"] = "1"
            self.telling.speaks_for_jobs = True

    def run(self) -> list[JobRecord]:
        """Run the open jobs, and close the sweep however that ends."""
        record = self.record
        note_process()
        self._wait_for_left_jobs()
        self._take_stock()
        record.status, record.finished = "running", None
        self._write()
        jobs = self._open_jobs()
        self.telling.start(self.planned(jobs))
        with sigterm_raises():
            try:
                self.run_all(jobs)
            except (KeyboardInterrupt, SystemExit) as end:
                self._close("interrupted", end)
                sys.exit(end.code if isinstance(end, SystemExit) else 128 + signal.SIGINT)
            except BaseException as error:
                self._close("failed", error)
                raise
        unfinished = [job for job in record.jobs if job.state in {"failed", "refused"}]
        self._close("failed" if unfinished else "finished", None)
        if unfinished:
            sys.exit(1)
        return record.jobs

    def planned(self, jobs: Sequence[JobRecord]) -> int:
        """How many jobs this start is to run, of which `jobs` are known."""
        return len(jobs)

    def _wait_for_left_jobs(self) -> None:
        """Wait for jobs that still run in processes of an earlier start, which outlived the sweep's own."""
        for job in self.record.jobs:
            lock = self.folder / str(job.number) / JOB_LOCK
            if job.state in ENDED or not is_held(lock):
                continue
            log.warning(
                "job %d (%s): a process that an earlier start has left still runs it; its end is waited for",
                job.number, job.name,
            )  # fmt: skip
            try:
                while is_held(lock):
                    time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                sys.exit(128 + signal.SIGINT)

    def _take_stock(self) -> None:
        """What became of jobs that an earlier start has left: a job that nobody runs was interrupted."""
        for job in self.record.jobs:
            if job.state not in ENDED:
                state = look(self.record, job, self.folder / str(job.number))
                job.state = "interrupted" if state == "running" else state

    def _open_jobs(self) -> list[JobRecord]:
        """The jobs to run."""
        wanted = {"waiting", "interrupted"}
        if self.config is not None and self.config.sweep.retry_failed:
            wanted |= {"failed"}
        jobs = [job for job in self.record.jobs if self._asked is None or job.number in self._asked]
        return [job for job in jobs if job.state in wanted]

    def run_all(self, jobs: Sequence[JobRecord]) -> None:
        """Give the launcher the jobs, and those again whose process was lost."""
        size = self.sweeper.max_batch_size or max(len(jobs), 1)
        batches = [list(jobs[first : first + size]) for first in range(0, len(jobs), size)]
        while batches:
            batches = [*self._run_batch(batches[0]), *batches[1:]]

    def _run_batch(self, batch: Sequence[JobRecord]) -> list[list[JobRecord]]:
        """Run jobs; those that are to be run again come back, in batches."""
        for job in batch:
            job.state, job.error, job.value = "waiting", None, None
            job.attempts += 1
            # How the last start ended is no longer true; train.log keeps it.
            for name in ("results.json", outputs.STARTED):
                with suppress(OSError):  # whoever cannot write there will say so
                    (self.folder / str(job.number) / name).unlink()
        self._write()
        commands = [self._command(job) for job in batch]
        watcher = Watcher(self.record, batch, self.folder, self._on_change)
        watcher.start()
        returns: Sequence[JobReturn] = []
        lost: Exception | None = None
        try:
            returns = self.sweeper.launcher.launch(commands, initial_job_idx=batch[0].number)
        except Exception as error:
            lost = error
        except SystemExit as end:
            # A worker of joblib that is asked to end hands its own end back; Terminated is ours.
            if not self._beside or isinstance(end, Terminated) or end.code != TERMINATED:
                raise
            lost = LostJob("a worker was ended by SIGTERM")
        finally:
            watcher.end()
        gone = [job for job, given in zip(batch, returns, strict=False) if not self._take_return(job, given)]
        if lost is not None:
            gone = [job for job in batch if job.state not in ENDED]
        if lost is not None and all(job.state == "waiting" for job in batch):
            return self._unstarted(batch, lost)
        again = self._lost_jobs(gone, lost)
        self._write()
        if lost is None:
            return [again] if again else []
        # One of them has taken the others with it: by itself each shows which.
        unstarted = [job for job in again if job.state == "waiting"]
        return [*([job] for job in again if job.state != "waiting"), *([unstarted] if unstarted else [])]

    def _command(self, job: JobRecord) -> list[str]:
        """What a launcher is given for a job: its overrides, its folder, and whether it goes on."""
        place = [
            f"hydra.sweep.dir={as_value(str(self.folder))}", f"hydra.sweep.subdir='{job.number}'",
        ]  # fmt: skip
        goes_on = ["trainer.resume=auto"] if (self.folder / str(job.number)).exists() else []
        quiet = ["hydra/job_logging=haechi_file"] if self._beside else []
        return [*job.overrides, *goes_on, *place, *quiet]

    def _take_return(self, job: JobRecord, given: JobReturn) -> bool:
        """Note that a job failed before it could say so in its folder; False where its process was lost."""
        if given.status is JobStatus.FAILED and job.state not in ENDED:
            error = given._return_value
            if isinstance(error, LostJob):
                return False
            job.state, job.error = "failed", outputs.mask(f"{type(error).__name__}: {error}")
            self._on_change(job)
        return True

    def _unstarted(self, batch: Sequence[JobRecord], error: Exception) -> list[list[JobRecord]]:
        """What to do where a launcher gave up before any job began: one of them may have stopped the others.

        Raises:
            RunFault: the launcher itself cannot work.
        """
        if isinstance(error, RunFault):
            raise error
        for job in batch:
            job.attempts -= 1
        if len(batch) > 1:
            return [[job] for job in batch]
        batch[0].state = "failed"
        batch[0].error = outputs.mask(f"it could not be started: {type(error).__name__}: {error}")
        self._on_change(batch[0])
        return []

    def _lost_jobs(self, gone: Sequence[JobRecord], error: Exception | None) -> list[JobRecord]:
        """Which of the jobs that are `gone` are to be run again.

        A launcher may give up on all jobs with an `error`, as joblib does when it loses one worker.
        """
        again: list[JobRecord] = []
        most = self.config.sweep.retries + 1 if self.config else 1
        for job in gone:
            if job.state == "waiting" and error is not None:
                job.attempts -= 1  # it never began
                again.append(job)
                continue
            self._losses[job.number] += 1
            if (losses := self._losses[job.number]) >= most:
                times = f" {losses} times" if losses > 1 else ""
                job.state, job.error = "failed", f"its process was lost{times}, killed for memory perhaps"
                self._on_change(job)
            else:
                log.warning("job %d (%s): its process was lost; it goes on anew", job.number, job.name)
                again.append(job)
        return again

    def _on_change(self, job: JobRecord) -> None:
        self._write()
        self.telling.on_change(job)

    def _write(self) -> None:
        record = self.record
        record.seconds = round(self._before + time.monotonic() - self._began, 3)
        try:
            write_json(self.folder / NAME, record.as_json())
        except OSError as error:
            log.error("%s could not be written: %s", NAME, error)

    def _close(self, status: SweepStatus, error: BaseException | None) -> None:
        record = self.record
        if error is not None:
            self._take_stock()
        for job in record.jobs:
            if job.state in ENDED:  # the id of the tracked run comes after the rest
                look(record, job, self.folder / str(job.number))
        record.status, record.finished = status, now()
        self._write()
        self.telling.close(status, error)
        self._write()


def _typed_for_hydra(config: Any) -> list[str]:
    """What was typed for Hydra itself and says how the sweep is run: its launcher, its sweeper."""
    return [item for item in config.hydra.overrides.hydra if key_of(item) not in PLACES]
