"""The study: where Optuna keeps the trials of a search, so that it resumes and several processes share it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from haechi.fault import RunFault
from haechi.schema.sweep import Pruner, Sampler, SweepConfig
from haechi.search.space import Space
from haechi.tracking.address import display_uri, sqlite_file

if TYPE_CHECKING:
    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

SECONDS_FOR_A_LOCK = 15
CLAIM = "haechi"
"""The study's attribute that says which search it is of."""
STARTUP_TRIALS = 8
"""Trials that are drawn at random before a model of the space is of use."""


@contextmanager
def told_as_faults(storage: str) -> Iterator[None]:
    """Say what a storage does in words.

    Raises:
        RunFault: it is locked, no database, out of reach, or of another version.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError, OSError, RuntimeError, ModuleNotFoundError) as error:
        shown = display_uri(storage)
        cause = f"{error.__cause__ or error}".strip().splitlines()[0]
        if "database is locked" in str(error) or "database is locked" in cause:
            cause = f"another process has locked it for more than {SECONDS_FOR_A_LOCK} s"
        raise RunFault(
            f"the study's database `{shown}` cannot be used: {display_uri(cause)}",
            ["null keeps the study in the sweep's own folder"], ["sweep.storage=null"],
        ) from error  # fmt: skip


def require_optuna() -> None:
    """Say it in words where Optuna is not installed.

    Raises:
        RunFault: it is not.
    """
    try:
        import optuna  # noqa: F401
    except ModuleNotFoundError as error:
        raise RunFault(
            "a search needs Optuna, which is not installed", ["`pip install -e '.[optuna]'` installs it"]
        ) from error


def open_storage(storage: str) -> Any:
    """Optuna's storage at an address of SQLAlchemy.

    Raises:
        RunFault: it cannot be used.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Of several trials at once one may wait for another's write.
    waits: dict[str, Any] = {"connect_args": {"timeout": SECONDS_FOR_A_LOCK}} if sqlite_file(storage) else {}
    with told_as_faults(storage):
        return optuna.storages.RDBStorage(storage, engine_kwargs=waits)


def open_study(
    config: SweepConfig, storage: str, name: str, space: Space, claim: dict[str, Any], seed: int
) -> "Study":
    """The study of a search, made or taken up.

    Args:
        config: how it samples and prunes.
        storage: its database.
        name: its name there.
        space: what is drawn.
        claim: what the search is of (task, metric, direction); a study of another one is refused.
        seed: of the sampler.

    Raises:
        RunFault: the database cannot be used, or the study is of another search.
    """
    import optuna

    kept = open_storage(storage)
    claim = claim | {"space": {key: repr(value) for key, value in sorted(space.drawn.items())}}
    direction = "maximize" if claim["direction"] == "max" else "minimize"
    with told_as_faults(storage):
        study = optuna.create_study(
            study_name=name, storage=kept, load_if_exists=True, sampler=_sampler(config.sampler, seed),
            pruner=pruner_of(config.pruner), direction=direction,
        )  # fmt: skip
        before = study.user_attrs.get(CLAIM)
        if before is None and not study.get_trials(deepcopy=False):
            study.set_user_attr(CLAIM, claim)
            before = claim
    if before != claim:
        _refuse(before, claim, name, storage)
    return study


def _refuse(before: Any, claim: dict[str, Any], name: str, storage: str) -> None:
    known: dict[str, Any] = before if isinstance(before, dict) else {}
    changed = [key for key in claim if known.get(key) != claim[key]]
    notes = [f"{key}: {known.get(key, 'nothing')} there, {claim[key]} now" for key in changed]
    raise RunFault(
        f"the study `{name}` in `{display_uri(storage)}` is of another search", notes,
        [f"sweep.study={name}_2"],
    )  # fmt: skip


def _sampler(kind: Sampler, seed: int) -> "BaseSampler":
    from optuna import samplers
    from optuna.exceptions import ExperimentalWarning

    match kind:
        case Sampler.tpe:
            return samplers.TPESampler(
                seed=seed, n_startup_trials=STARTUP_TRIALS, multivariate=True, constant_liar=True,
            )  # fmt: skip
        case Sampler.gp:
            return samplers.GPSampler(seed=seed, n_startup_trials=STARTUP_TRIALS)
        case Sampler.qmc:
            with warnings.catch_warnings():
                # Optuna calls it experimental, as it has since 2022.
                warnings.simplefilter("ignore", ExperimentalWarning)
                return samplers.QMCSampler(seed=seed)
        case Sampler.random:
            return samplers.RandomSampler(seed=seed)


def pruner_of(kind: Pruner) -> "BasePruner":
    """What tells a hopeless trial by its metric so far."""
    from optuna import pruners

    match kind:
        case Pruner.median:
            return pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=0)
        case Pruner.hyperband:
            return pruners.HyperbandPruner()
        case Pruner.none:
            return pruners.NopPruner()
