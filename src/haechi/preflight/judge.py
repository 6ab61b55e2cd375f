"""Overrides -> verdicts: compose, resolve and check, for one job or a whole sweep."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from haechi import places
from haechi.compose import compose, dimensions, settle
from haechi.preflight.check import Verdict, check
from haechi.preflight.composition import ERRORS, judge_composition
from haechi.preflight.depth import DepthReport
from haechi.preflight.evidence import Evidence
from haechi.preflight.query import Shelf
from haechi.preflight.sweep import Composer
from haechi.resolve import Run, resolve
from haechi.sweep_record import swept_keys

Examine = Callable[[Evidence], DepthReport]
"""What measures a run for the deep check: `haechi.deep.examine.examine`, which needs torch."""


def judge(
    overrides: Sequence[str],
    *,
    multirun: bool = False,
    config_dir: Path = places.CONF,
    config_name: str = "config",
    examine: Examine | None = None,
    trains: bool = True,
) -> list[Verdict]:
    """Judge a command line without starting anything.

    With `preflight.deep=true` a job that is fit so far is examined and judged again. In a sweep that is
    done once all jobs are fit, or for those that are where the others are to be left out.

    Args:
        overrides: what was typed, in Hydra's grammar.
        multirun: whether the overrides sweep.
        config_dir: folder of the config, conf/ unless a saved run is repeated.
        config_name: the config's name in it.
        examine: measures for the deep check; None leaves it out.
        trains: whether the runs train, so that a forecast is made.

    Returns:
        One verdict for each job, in the order in which a sweep would run them.
    """
    settled = settle(overrides)
    try:
        swept = _dimensions(settled, multirun, config_dir, config_name)
    except ERRORS as error:
        return [judge_composition(error, settled)]
    if swept is None:
        return [_judge_job(settled, config_dir, config_name, examine, trains)]
    composer, shelf = Composer(swept, config_dir, config_name), Shelf()
    jobs = list(composer.jobs())
    keys = swept_keys(jobs)
    verdicts: dict[tuple[str, ...], Verdict] = {}
    runs: dict[tuple[str, ...], Run] = {}
    for job in jobs:
        if job not in verdicts:
            try:
                runs[job] = replace(composer.run(job), trains=trains)
                verdicts[job] = check(Evidence(runs[job], jobs=len(jobs), shelf=shelf, swept=keys))
            except ERRORS as error:
                verdicts[job] = judge_composition(error, list(job))
    if examine is not None:
        verdicts |= _deepened(verdicts, runs, examine, len(jobs), keys)
    for job, run in runs.items():
        verdicts[job].run = run
    return [verdicts[job] for job in jobs]


def _deepened(
    verdicts: Mapping[tuple[str, ...], Verdict],
    runs: Mapping[tuple[str, ...], Run],
    examine: Examine,
    jobs: int,
    swept: Sequence[str],
) -> dict[tuple[str, ...], Verdict]:
    """Verdicts on those jobs of a sweep that want the deep check and are worth it."""
    refused = any(verdict.refused for verdict in verdicts.values())
    shelf = Shelf()
    return {
        job: _deepen(run, examine, shelf, jobs, swept)
        for job, run in runs.items()
        if run.config.preflight.deep
        and not verdicts[job].refused
        and (run.config.preflight.skip_incompatible or not refused)
    }


def _deepen(
    run: Run, examine: Examine, shelf: Shelf, jobs: int = 1, swept: Sequence[str] | None = None
) -> Verdict:
    """The verdict with every row and the weights' header, and, if fit, with what the weights do."""
    evidence = Evidence(run, weights=True, full=True, jobs=jobs, shelf=shelf, swept=swept)
    verdict = check(evidence)
    if verdict.refused:
        return verdict
    # Jobs that differ only in what `examine` does not read are measured once.
    report = evidence.ask("examination", lambda: examine(evidence))
    return check(Evidence(run, weights=True, full=True, jobs=jobs, shelf=shelf, depth=report, swept=swept))


def _dimensions(
    overrides: list[str], multirun: bool, config_dir: Path, config_name: str
) -> list[list[str]] | None:
    """What the overrides of a sweep stand for; None for a single run.

    A preset may sweep too, by `hydra.mode` and `hydra.sweeper.params`.
    """
    if not multirun and not any(_may_sweep(item) for item in overrides):
        return None
    plain = [item for item in overrides if not _is_sweep(item)] if multirun else overrides
    hydra = compose(plain, config_dir, config_name).hydra
    if not multirun and str(hydra.mode or "").rpartition(".")[2] != "MULTIRUN":
        return None
    grid = cast(dict[str, Any], hydra.sweeper.get("params") or {})
    params = [f"{key}={value}" for key, value in grid.items()]
    typed = {item.partition("=")[0].lstrip("+") for item in overrides}
    swept = [item for item in params if item.partition("=")[0] not in typed]
    target = str(hydra.sweeper.get("_target_", ""))
    search = not target.endswith((".BasicSweeper", ".HaechiSweeper"))
    # Presets that only set keys of the sweep are no part of its jobs.
    jobs = [item for item in [*swept, *overrides] if not _steers_sweep(item)]
    return dimensions(jobs, config_dir, search=search)


def _may_sweep(override: str) -> bool:
    return override.startswith(("hparams_search=", "experiment=", "hydra.mode=", "hydra/sweeper"))


def _steers_sweep(override: str) -> bool:
    return override.lstrip("+~").startswith(("hydra.mode", "hydra.sweeper", "hydra/sweep", "hparams_search="))


def _is_sweep(override: str) -> bool:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create().parse_overrides([override])[0].is_sweep_override()


def _judge_job(
    overrides: list[str], config_dir: Path, config_name: str, examine: Examine | None, trains: bool
) -> Verdict:
    try:
        composed = compose(overrides, config_dir, config_name)
        run = replace(resolve(composed, composed.hydra), trains=trains)
    except ERRORS as error:
        return judge_composition(error, overrides)
    verdict = check(Evidence(run))
    if examine is None or not run.config.preflight.deep or verdict.refused:
        return verdict
    return _deepen(run, examine, Shelf())
