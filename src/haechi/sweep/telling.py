"""Who hears of a sweep, and when: the terminal, MLflow's parent run, a message at its start and its end."""

import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from haechi import outputs
from haechi.notify import Notifier, build_notifier
from haechi.notify.none import Silence
from haechi.resolve import Run
from haechi.sweep.progress import LOG, look
from haechi.sweep_record import NAME, JobRecord, SweepRecord, SweepStatus, typed_values
from haechi.tracking import RunMemory, Tracker, build_tracker
from haechi.tracking.none import NoTracker

if TYPE_CHECKING:
    from haechi.report.board import Board

log = logging.getLogger(__name__)

MOST_LINES_OF_A_CAUSE = 12
MOST_FAILURES_SENT = 10
REPORT = "report"
DESCRIPTION = "mlflow.note.content"


class Telling:
    """What is said of one start of a sweep; nothing here stops it."""

    def __init__(self, folder: Path, record: SweepRecord, run: Run | None) -> None:
        """Nothing is said yet.

        Args:
            folder: the sweep's folder.
            record: its jobs, which change meanwhile.
            run: one of its jobs, for what concerns all: the tracking server, the webhook.
        """
        self._folder, self._record, self._run = folder, record, run
        self._tracker: Tracker = NoTracker()
        self._notifier: Notifier = Silence()
        self._alerted = False
        self._all = len(record.jobs)
        """Jobs that there will be."""
        self.speaks_for_jobs = False
        """Whether a line is said for each job, since jobs that run beside each other say nothing."""
        self._began = time.monotonic()
        if run is not None:
            config = run.config
            self._tracker = build_tracker(
                config.tracking, config.task.name, title_of(self._record), run.environment.tracking_uri,
                RunMemory(folder, resumes=True),
            )  # fmt: skip
            self._notifier = build_notifier(config.notify, f"sweep task={record.task} {title_of(record)}")

    def start(self, jobs: int) -> None:
        """Say what is about to be run."""
        record = self._record
        counts = record.counts()
        done = sum(counts.get(state, 0) for state in ("finished", "failed", "refused"))
        self._all = max(len(record.jobs), done + jobs)
        known = f", {done} of {len(record.jobs)} are done" if done else ""
        log.info("%s: %s to run%s; %s", title_of(self._record), _jobs(jobs), known, self._folder)
        self._tracker.start(parameters_of_sweep(record), tags_of_sweep(record, self._folder))
        self._count()
        if jobs:
            self._notifier.start()

    def on_change(self, job: JobRecord) -> None:
        """Say that a job has ended; many failures are announced at once."""
        record = self._record
        if job.state == "failed":
            first = (job.error or "").strip().partition("\n")[0]
            log.error("job %d (%s) failed: %s", job.number, job.name, first)
            self._alert()
        elif job.state == "finished" and self.speaks_for_jobs:
            value = f", {record.metric} {job.value:.4f}" if job.value is not None else ""
            log.info(
                "job %d (%s) finished in %s%s; %d of %d are done",
                job.number, job.name, _duration(job.seconds or 0.0), value, self._ended(), len(record.jobs),
            )  # fmt: skip
        if job.state in {"finished", "failed"}:
            self._count()

    def close(self, status: SweepStatus, error: BaseException | None) -> None:
        """Compare the jobs, and say how the sweep ended: on disk, then in the terminal, then elsewhere."""
        boards = self._report() if error is None else []
        text = self._summary(status, boards)
        log.info("\n%s", text)
        if error is None:
            self._notifier.finish(self._digest(status, boards))
        else:
            self._notifier.crash(error)
        self._tracker.log_files([path for name in (NAME,) if (path := self._folder / name).is_file()])
        if (self._folder / REPORT).is_dir():
            self._tracker.log_files([self._folder / REPORT])
        if boards:
            # What the run's page shows as its description.
            self._tracker.log_tags({DESCRIPTION: "\n\n".join(board.as_markdown() for board in boards)})
        best = {f"best/{board.metric}": board.best.mean for board in boards if board.best is not None}
        self._tracker.log_metrics(best, self._ended(), time.time())
        self._tracker.log_tags({"jobs": str(len(self._record.jobs))})
        if error is None:
            self._catch_up()
        # A sweep with failed jobs is no failed run of MLflow's: the board says which.
        self._tracker.finish("finished" if status != "interrupted" else "interrupted")
        self._record.mlflow_run_id = self._tracker.run_id or self._record.mlflow_run_id
        self._record.tracking = self._tracker.trouble()
        log.info("%s", "\n".join(self._where()))

    def _ended(self) -> int:
        counts = self._record.counts()
        return sum(counts.get(state, 0) for state in ("finished", "failed", "refused"))

    def _count(self) -> None:
        counts = self._record.counts()
        metrics = {f"sweep/{state}": float(counts.get(state, 0)) for state in ("finished", "failed")}
        self._tracker.log_metrics(metrics, self._ended(), time.time())

    def _alert(self) -> None:
        failed = [job for job in self._record.jobs if job.state == "failed"]
        share = self._run.config.sweep.alert_failed_share if self._run else 1.0
        if self._alerted or len(failed) <= share * self._all:
            return
        self._alerted = True
        self._notifier.alert(
            f"{title_of(self._record)}: {len(failed)} of {_jobs(self._all)} failed so far\n"
            + "\n".join(_failure_lines(failed, self._folder))
        )

    def _catch_up(self) -> None:
        """Bring jobs to the tracking server that it has missed, as far as it is there again."""
        from haechi.sync import lacks_tracking, sync_run

        if self._run is None or self._run.config.tracking.kind == "none":
            return
        for job in self._record.jobs:
            folder = self._folder / str(job.number)
            if job.state in {"finished", "failed"} and lacks_tracking(folder):
                done = sync_run(folder)
                if not done.ok:
                    log.warning("tracking: %s\n  = help: `python src/report.py sync=%s` brings it later",
                                done.said, self._folder)  # fmt: skip
                    return
                look(self._record, job, folder)

    def _report(self) -> "list[Board]":
        """Write the report, with a board for each task; one that fails is said and costs nothing else."""
        try:
            from haechi.report.gather import gather
            from haechi.report.write import boards_of, write_report

            boards = boards_of(gather([self._folder]))
            write_report(boards, self._folder / REPORT)
            return boards
        except Exception as error:
            log.warning("report: not written (%s: %s)", type(error).__name__, error)
            log.debug("report", exc_info=True)
            return []

    def _summary(self, status: SweepStatus, boards: "Sequence[Board]") -> str:
        lines = [f"{title_of(self._record)}: {self._how(status)}"]
        for board in boards:
            lines += ["", board.as_text(shutil.get_terminal_size((100, 24)).columns)]
        failed = [job for job in self._record.jobs if job.state in {"failed", "refused"}]
        if failed:
            lines += ["", "failed:", *_failure_lines(failed, self._folder)]
        return "\n".join(lines)

    def _how(self, status: SweepStatus) -> str:
        counts = ", ".join(f"{count} {state}" for state, count in self._record.counts().items())
        return f"{status} after {_duration(time.monotonic() - self._began)}: {counts}"

    def _digest(self, status: SweepStatus, boards: "Sequence[Board]") -> str:
        """What the message at the end says."""
        lines = [f"{title_of(self._record)} on {self._record.task}: {self._how(status)}"]
        for board in boards:
            lines += ["```", board.as_text(width=78), "```"]
        failed = [job for job in self._record.jobs if job.state in {"failed", "refused"}]
        lines += _failure_lines(failed[:MOST_FAILURES_SENT], self._folder)
        if len(failed) > MOST_FAILURES_SENT:
            lines.append(f"and {len(failed) - MOST_FAILURES_SENT} more")
        lines += [str(self._folder), self._tracker.where()]
        return "\n".join(lines)

    def _where(self) -> list[str]:
        """The last lines: where everything is, and how to go on."""
        lines = [f"outputs  {self._folder}"]
        page = self._folder / REPORT / "report.html"
        if page.is_file():
            lines.append(f"report   {page}")
        lines.append(f"mlflow   {self._tracker.where()}")
        if trouble := self._tracker.trouble():
            lines.append(f"tracking {trouble}")
        lines += [f"message  {name}: {state}" for name, state in self._notifier.delivery().items()]
        counts = self._record.counts()
        again = f"python src/train.py -m sweep.resume={self._folder}"
        if counts.get("waiting") or counts.get("interrupted"):
            lines.append(f"go on    {again}")
        elif counts.get("failed"):
            lines.append(f"again    {again} sweep.retry_failed=true")
        return lines


def title_of(record: SweepRecord) -> str:
    """What a sweep is called."""
    what = "sweep" if record.study is None else "search"
    swept = ", ".join(record.swept)
    return f"{what} over {swept}" if swept else what


def tags_of_sweep(record: SweepRecord, folder: Path) -> dict[str, str]:
    """Tags by which the tracking server finds a sweep's run."""
    return {
        "haechi.kind": "sweep", "run_dir": str(folder), "task": record.task,
        "swept": ", ".join(record.swept), "jobs": str(len(record.jobs)),
    }  # fmt: skip


def parameters_of_sweep(record: SweepRecord) -> dict[str, object]:
    """What was swept with its values, or drawn with its range, and the settings that all jobs share."""
    varied = {key for job in record.jobs for key in job.differs}
    found: dict[str, object] = {}
    drawn = typed_values(record.arguments)
    for key in record.swept:
        values = dict.fromkeys(job.values[key] for job in record.jobs)
        found[f"sweep.{key}"] = drawn.get(key, "") if record.study else ", ".join(values)
    shared = {
        key: value
        for key, value in record.settings.items()
        if key not in varied and not any(f"{key}.".startswith(f"{swept}.") for swept in record.swept)
    }
    return found | {
        key: outputs.mask(value) if isinstance(value, str) else value for key, value in shared.items()
    }


def _failure_lines(jobs: Sequence[JobRecord], folder: Path) -> list[str]:
    lines: list[str] = []
    for job in jobs:
        lines.append(f"  job {job.number}  {job.name}  {job.state}")
        cause = (job.error or "no cause is known").strip().splitlines()
        lines += [f"      {line}" for line in cause[:MOST_LINES_OF_A_CAUSE]]
        path = folder / str(job.number) / LOG
        if path.is_file():
            lines.append(f"      log: {path}")
    return lines


def _jobs(count: int) -> str:
    return f"{count} job{'' if count == 1 else 's'}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
