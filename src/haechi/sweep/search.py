"""A sweep that searches: Optuna draws trials, any launcher runs them, and a study is told of them."""

import logging
import os
from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from haechi.compose import compose
from haechi.resolve import resolve
from haechi.search.pruning import storage_of
from haechi.search.space import space_of
from haechi.search.study import open_study, require_optuna, told_as_faults
from haechi.settings import settings_of
from haechi.sweep.plan import differing
from haechi.sweep.run import Sweep
from haechi.sweep_record import JobRecord

if TYPE_CHECKING:
    from optuna import Study

log = logging.getLogger(__name__)

AGAIN = "haechi_again"
"""Attribute of a trial that says which failed one it makes up for."""


class Search(Sweep):
    """One start of a search; `sweep.trials` counts those of all starts and of all processes that share it."""

    def prepare(self, arguments: Sequence[str]) -> None:
        """Open the study.

        Raises:
            RunFault: it cannot be opened, is of another search, or nothing is to be drawn.
        """
        require_optuna()
        assert self.config is not None, "a search of which no corner can be composed is refused before"
        config, record = self.config.sweep, self.record
        self.settings = config
        self.space = space_of([item for item in arguments if not _is_hydras(item)])
        record.swept = [key.lstrip("+") for key in self.space.drawn]
        record.study = record.study or config.study or record.id
        record.settings = record.settings or settings_of(self.config)
        self.storage = storage_of(config, self.folder)
        claim = {"task": record.task, "metric": record.metric, "direction": record.direction}
        self.study: Study = open_study(
            config, self.storage, record.study, self.space, claim, self.config.seed
        )
        if len(self.space.seeds) > 1 and config.pruner.value != "none":
            log.info("search: trials of several seeds are not ended early")

    def planned(self, jobs: Sequence[JobRecord]) -> int:
        """The jobs of trials that were broken off, and of those to come."""
        left = self.settings.trials - self._begun()
        return len(jobs) + max(left, 0) * len(self.space.seeds)

    def run_all(self, jobs: Sequence[JobRecord]) -> None:
        """Run the trials that were broken off, then draw and run new ones up to `sweep.trials`."""
        super().run_all([*jobs, *self._drawn_only()])
        self._tell(sorted({job.trial for job in self.record.jobs if job.trial is not None}))
        at_once = self._at_once()
        while (left := self.settings.trials - self._begun()) > 0:
            with told_as_faults(self.storage):
                trials = [self.study.ask(self.space.drawn) for _ in range(min(at_once, left))]
            added = [job for trial in trials for job in self._jobs_of(trial.number, trial.params)]
            self.record.name_values()
            super().run_all(added)
            self._tell([trial.number for trial in trials])
        self._say_importances()

    def _drawn_only(self) -> list[JobRecord]:
        """Jobs of trials that an earlier start had drawn and, as it was killed, not yet written down.

        In a study that others share nobody knows whose such a trial is: those are left alone.
        """
        from optuna.trial import TrialState

        if self.settings.storage is not None:
            return []
        known, found = {job.trial for job in self.record.jobs}, list[JobRecord]()
        with told_as_faults(self.storage):
            for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                if trial.number in known:
                    continue
                if trial.params.keys() == self.space.drawn.keys():
                    found += self._jobs_of(trial.number, trial.params)
                else:
                    self.study.tell(trial.number, state=TrialState.FAIL)
        self.record.name_values()
        return found

    def _begun(self) -> int:
        """Trials of the study, of whichever process; those that were broken off here have been run by now."""
        with told_as_faults(self.storage):
            trials = self.study.get_trials(deepcopy=False)
        # One whose drawing was broken off was never run.
        whole = self.space.drawn.keys()
        return sum(trial.params.keys() == whole or not trial.state.is_finished() for trial in trials)

    def _jobs_of(self, trial: int, params: dict[str, Any]) -> list[JobRecord]:
        """The jobs of a new trial, one for each seed."""
        found: list[JobRecord] = []
        for overrides in self.space.jobs(params):
            composed = compose(overrides)
            settings = settings_of(resolve(composed, composed.hydra).config)
            job = JobRecord(
                len(self.record.jobs), overrides, differs=differing(self.record.settings, settings)
            )
            job.trial = trial
            self.record.jobs.append(job)
            found.append(job)
        return found

    def _tell(self, numbers: Sequence[int]) -> None:
        """Tell the study how trials have ended."""
        from optuna.trial import TrialState, create_trial

        with told_as_faults(self.storage):
            known = {trial.number: trial for trial in self.study.get_trials(deepcopy=False)}
            made_up_for = {trial.user_attrs.get(AGAIN) for trial in known.values()}
            for number in numbers:
                jobs = [job for job in self.record.jobs if job.trial == number]
                values = [job.value for job in jobs if job.state == "finished" and job.value is not None]
                if number not in known:
                    continue
                trial = known[number]
                if trial.state is TrialState.FAIL and len(values) == len(jobs) and number not in made_up_for:
                    # It was run again. A trial that has ended stays as it is, so there is another one.
                    self.study.add_trial(create_trial(
                        params=trial.params, distributions=trial.distributions, value=fmean(values),
                        user_attrs={AGAIN: number},
                    ))  # fmt: skip
                elif trial.state.is_finished():
                    continue
                elif len(values) < len(jobs):
                    self.study.tell(number, state=TrialState.FAIL)
                elif any(job.pruned for job in jobs):
                    self.study.tell(number, state=TrialState.PRUNED)
                else:
                    self.study.tell(number, fmean(values))

    def _at_once(self) -> int:
        """Trials that are drawn together; as many as the launcher runs beside each other by default."""
        if self.settings.trials_at_once is not None:
            return self.settings.trials_at_once
        launcher, cores = self.sweeper.config.hydra.launcher, os.cpu_count() or 1
        # joblib, Ray, SLURM. How large a cluster of Ray's is nobody knows before it is asked.
        for key in ("n_jobs", "max_jobs", "array_parallelism"):
            if given := launcher.get(key):
                return int(given) if int(given) > 0 else cores
        return max(int(cores // (launcher.get("num_cpus") or cores)), 1)

    def _say_importances(self) -> None:
        """Which keys the metric depends on, once there are trials enough to tell."""
        from optuna.importance import get_param_importances

        try:
            found = get_param_importances(self.study)
        except Exception as error:  # too few trials, or one value throughout
            log.debug("importances: %s", error)
            return
        if len(self.study.get_trials(deepcopy=False)) >= 2 * len(found) + 4:
            shown = ", ".join(f"{key} {share:.2f}" for key, share in found.items())
            log.info("share of each key in the spread of the metric (fANOVA): %s", shown)


def _is_hydras(override: str) -> bool:
    return override.lstrip("+~").startswith(("hydra.", "hydra/"))
