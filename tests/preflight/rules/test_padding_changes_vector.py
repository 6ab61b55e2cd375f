"""POOL020: no pooling and no architecture here does it, so the measurement is given."""

import pytest

from haechi.compose import compose
from haechi.preflight.check import Verdict, check
from haechi.preflight.depth import DepthReport, Fault, PaddingEffect
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from judging import codes

CODE = "POOL020"
DEEP = "preflight.deep=true"


def judged(found: PaddingEffect | Fault, *overrides: str) -> Verdict:
    """The verdict on a run with that measurement."""
    composed = compose(list(overrides))
    return check(Evidence(resolve(composed, composed.hydra), depth=DepthReport(padding=found)))


def test_both_differences_count() -> None:
    for found in (PaddingEffect(0.62, 0.0, 96, 4), PaddingEffect(0.0, 0.62, 96, 4)):
        diagnostics = judged(found).diagnostics
        assert [(item.code, item.severity.value) for item in diagnostics] == [(CODE, "error")]
        assert "62%" in diagnostics[0].message


def test_rounding_is_no_difference() -> None:
    assert judged(PaddingEffect(1e-6, 0.0099, 96, 4)).diagnostics == []


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_the_fixes_take_another_pooling_or_model(pooling: str) -> None:
    fixes = judged(PaddingEffect(0.62, 0.6, 96, 4), f"pooling={pooling}").diagnostics[0].fixes
    assert [f"pooling={pooling}"] not in fixes
    assert all(CODE not in codes([f"pooling={pooling}", *fix, DEEP]) for fix in fixes)


def test_a_measurement_that_broke_off_is_said() -> None:
    verdict = judged(Fault("RuntimeError: out of memory"))
    assert [item.code for item in verdict.diagnostics] == ["ENV900"]
    assert CODE in verdict.diagnostics[0].message
    assert "out of memory" in verdict.diagnostics[0].message
    assert not verdict.refused
