"""CFG005: several values need -m."""

from pathlib import Path

import pytest

from haechi.preflight.judge import judge
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG005"


def example(tmp_path: Path) -> list[str]:
    """Two poolings, one run."""
    return ["pooling=cls,mean"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    ("override", "fix"),
    [
        ("pooling=choice(cls,mean)", "pooling=cls"),
        ("seed=range(3,6)", "seed=3"),
        ("seed=1,2", "seed=1"),
        ("+tags=[a],[b]", "tags=[a]"),
        ("pooling=glob(*)", "~pooling"),
        ("seed=interval(0,1)", "~seed"),
    ],
)
def test_the_first_value_is_the_fix(override: str, fix: str) -> None:
    assert finding([override], CODE).fixes == [[fix]]
    assert_fixes_clear([override], CODE)


def test_a_sweep_a_list_and_a_quoted_comma_pass() -> None:
    assert [item.diagnostics for item in judge(["pooling=cls,mean"], multirun=True)] == [[], []]
    assert codes(["tags=[a,b]"]) == []
    assert codes(["tags=['a,b']"]) == []
