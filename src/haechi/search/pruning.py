"""A job of a search reports its metric to the study, and hears whether it may as well end."""

import logging
from collections.abc import Mapping
from pathlib import Path

from haechi.fault import RunFault
from haechi.schema.sweep import Pruner, SweepConfig
from haechi.search.study import open_storage, pruner_of, told_as_faults

log = logging.getLogger(__name__)

STUDY = "study.db"


def storage_of(config: SweepConfig, sweep: Path) -> str:
    """Address of a search's database: the one that is named, or a file in the sweep's folder."""
    return config.storage or f"sqlite:///{(sweep / STUDY).as_posix()}"


class Pruning:
    """The trial of one job; a study that is out of reach ends no training."""

    def __init__(self, config: SweepConfig, sweep: Path, study: str, trial: int, metric: str) -> None:
        """`study` and `trial` name the trial, `metric` is what it is judged by."""
        self._metric = metric
        self._trial = None
        if config.pruner is Pruner.none:
            return
        import optuna

        try:
            storage = storage_of(config, sweep)
            kept = open_storage(storage)
            with told_as_faults(storage):
                found = optuna.load_study(study_name=study, storage=kept, pruner=pruner_of(config.pruner))
                number = kept.get_trial_id_from_study_id_trial_number(found._study_id, trial)
                self._trial = optuna.trial.Trial(found, number)
        except (RunFault, KeyError) as error:
            log.warning("search: this trial cannot be ended early (%s)", error)

    def is_hopeless(self, metrics: Mapping[str, float], step: int) -> bool:
        """Report an evaluation; whether the trial is to end."""
        if self._trial is None or self._metric not in metrics:
            return False
        try:
            self._trial.report(metrics[self._metric], step)
            return self._trial.should_prune()
        except Exception as error:
            log.warning("search: this trial cannot be ended early (%s)", error)
            self._trial = None
            return False
