"""How far the jobs are, by what lies in their folders: whoever runs them, and wherever."""

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from haechi.outputs import STARTED
from haechi.sweep_record import JobRecord, JobState, SweepRecord

POLL_SECONDS = 1.0
LOG = "train.log"
FINAL = {"finished", "failed", "interrupted"}


class LostJob(Exception):
    """The process that ran a job is gone: killed for memory, or with its machine."""


def look(record: SweepRecord, job: JobRecord, folder: Path) -> JobState:
    """What a job's folder says of its state; what results.json holds is taken over."""
    results = _results(folder / "results.json")
    if results is not None and results.get("status") in FINAL:
        job.error, job.seconds = results.get("error"), results.get("seconds")
        job.mlflow_run_id = results.get("mlflow_run_id")
        metrics = cast(dict[str, Any], results.get("metrics") or {})
        job.value = metrics.get(record.metric)
        job.pruned = bool(results.get("pruned"))
        return results["status"]
    return "running" if (folder / STARTED).is_file() else "waiting"


def _results(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return cast(dict[str, Any], content) if isinstance(content, dict) else None
    return None


class Watcher(threading.Thread):
    """Looks at the folders of jobs that somebody runs, about once a second, and says what has changed."""

    def __init__(
        self,
        record: SweepRecord,
        jobs: Sequence[JobRecord],
        folder: Path,
        changed: Callable[[JobRecord], None],
    ) -> None:
        """`changed` is called, in this thread or at the end, for each job whose state is another."""
        super().__init__(name="haechi-sweep", daemon=True)
        self._record, self._jobs, self._folder, self._changed = record, jobs, folder, changed
        self._over = threading.Event()

    def run(self) -> None:
        """Look until `end`; the thread's body."""
        while not self._over.wait(POLL_SECONDS):
            self._look()

    def end(self) -> None:
        """Look once more, and no longer."""
        self._over.set()
        self.join()
        self._look()

    def _look(self) -> None:
        for job in self._jobs:
            if job.state in {"finished", "failed", "refused"}:
                continue
            state = look(self._record, job, self._folder / str(job.number))
            if state != job.state:
                job.state = state
                self._changed(job)
