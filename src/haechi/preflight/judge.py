"""Overrides -> verdicts: compose, resolve and check, for one job or a whole sweep."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from haechi import places
from haechi.compose import compose, expand, settle
from haechi.preflight.check import Verdict, check
from haechi.preflight.composition import ERRORS, judge_composition
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run, resolve


def judge(
    overrides: Sequence[str],
    *,
    multirun: bool = False,
    config_dir: Path = places.CONF,
    config_name: str = "config",
) -> list[Verdict]:
    """Judge a command line without starting anything.

    Args:
        overrides: what was typed, in Hydra's grammar.
        multirun: whether the overrides sweep.
        config_dir: folder of the config, conf/ unless a saved run is repeated.
        config_name: the config's name in it.

    Returns:
        One verdict for each job, in the order in which a sweep would run them.
    """
    settled = settle(overrides)
    try:
        jobs, multirun = _jobs(settled, multirun, config_dir, config_name)
    except ERRORS as error:
        return [judge_composition(error, settled)]
    verdicts: dict[tuple[str, ...], Verdict] = {}
    for job in jobs:
        if tuple(job) not in verdicts:
            verdicts[tuple(job)] = _judge_job(job, config_dir, config_name)
    return [verdicts[tuple(job)] for job in jobs]


def _jobs(
    overrides: list[str], multirun: bool, config_dir: Path, config_name: str
) -> tuple[list[list[str]], bool]:
    """The jobs of a command line; a preset may sweep too, by `hydra.mode` and `hydra.sweeper.params`."""
    if not multirun and not any(_may_sweep(item) for item in overrides):
        return [overrides], False
    plain = [item for item in overrides if not _is_sweep(item)] if multirun else overrides
    hydra = compose(plain, config_dir, config_name).hydra
    if not multirun and str(hydra.mode or "").rpartition(".")[2] != "MULTIRUN":
        return [overrides], False
    grid = cast(dict[str, Any], hydra.sweeper.get("params") or {})
    params = [f"{key}={value}" for key, value in grid.items()]
    typed = {item.partition("=")[0].lstrip("+") for item in overrides}
    swept = [item for item in params if item.partition("=")[0] not in typed]
    # hydra.* keys belong to the sweep, not to its jobs; presets that only set those are dropped too.
    jobs = [
        [item for item in job if not _steers_hydra(item)] for job in expand([*swept, *overrides], config_dir)
    ]
    return jobs, True


def _may_sweep(override: str) -> bool:
    return override.startswith(("hparams_search=", "experiment=", "hydra.mode=", "hydra/sweeper"))


def _steers_hydra(override: str) -> bool:
    return override.lstrip("+~").startswith(("hydra.", "hydra/", "hparams_search="))


def _is_sweep(override: str) -> bool:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create().parse_overrides([override])[0].is_sweep_override()


def _judge_job(overrides: list[str], config_dir: Path, config_name: str) -> Verdict:
    try:
        composed = compose(overrides, config_dir, config_name)
        run = resolve(composed, composed.hydra)
    except ERRORS as error:
        return judge_composition(error, overrides)
    return check(Evidence(run))


def judge_run(run: Run, *, weights: bool = False) -> tuple[Verdict, Evidence]:
    """Judge a run that is about to start; the evidence is handed on, so that nothing is read twice."""
    evidence = Evidence(run, weights=weights)
    return check(evidence), evidence
