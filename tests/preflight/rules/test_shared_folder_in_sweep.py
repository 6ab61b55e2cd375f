"""CFG010: one folder for several jobs."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from haechi.compose import compose
from haechi.preflight.check import check
from haechi.preflight.evidence import Evidence
from haechi.preflight.judge import judge
from haechi.resolve import resolve
from judging import codes, verdict_of

CODE = "CFG010"
SWEEP = ["pooling=cls,mean"]


def example() -> list[str]:
    """A folder of a single run; two poolings."""
    return [*SWEEP, "run_dir=/tmp/poolings"]


def found_in_job(overrides: list[str], jobs: int) -> list[str]:
    """Codes of one job of a sweep."""
    composed = compose(overrides)
    return [item.code for item in check(Evidence(resolve(composed, composed.hydra), jobs=jobs)).diagnostics]


def test_the_example_fires_and_its_fix_clears_it() -> None:
    for verdict in judge(example(), multirun=True):
        (found,) = verdict.diagnostics
        assert (found.code, found.severity.value) == (CODE, "warning")
        assert found.fixes == [["run_dir=null", "hydra.sweep.dir=/tmp/poolings"]]
        left = judge([*example(), *found.fixes[0]], multirun=True)
        assert [item for job in left for item in job.diagnostics] == []


def test_the_folder_is_offered_as_it_was_typed() -> None:
    verdict = judge([*SWEEP, 'run_dir="실험 1"'], multirun=True)[0]
    assert verdict.diagnostics[0].fixes == [["run_dir=null", 'hydra.sweep.dir="실험 1"']]


def test_one_subfolder_for_all() -> None:
    one = ["hydra.sweep.subdir=same"]
    assert found_in_job(one, jobs=2) == [CODE]
    assert found_in_job(["hydra.sweep.subdir=${hydra.job.num}"], jobs=2) == []
    assert found_in_job([*one, "hydra.sweep.dir=/tmp/poolings"], jobs=1) == []
    for verdict in judge([*SWEEP, *one], multirun=True):
        assert [item.code for item in verdict.diagnostics] == [CODE]
        assert verdict.refused
    left = judge([*SWEEP, *one, "~hydra.sweep.subdir"], multirun=True)
    assert [item for job in left for item in job.diagnostics] == []


@pytest.mark.parametrize("override", ["run_dir=/tmp/one", "hydra.sweep.subdir=same"])
def test_a_single_run_has_its_folder_to_itself(override: str) -> None:
    assert codes([override]) == []
    assert not verdict_of([override]).refused


def test_a_sweep_of_one_job() -> None:
    assert judge(["pooling=mean", "run_dir=/tmp/one"], multirun=True)[0].diagnostics == []


def test_hydra_gives_each_job_a_folder_whatever_run_dir_says(tmp_path: Path) -> None:
    hydra = compose([f"run_dir={tmp_path}"]).hydra
    assert hydra.run.dir == str(tmp_path)
    assert str(tmp_path) not in hydra.sweep.dir
    assert "${hydra.job.num}" in OmegaConf.to_yaml(hydra.sweep)
