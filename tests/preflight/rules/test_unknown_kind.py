"""CFG008: a kind that nothing builds, and several options of one group."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "CFG008"


def example(tmp_path: Path) -> list[str]:
    """There is no such pooling."""
    return ["pooling.kind=average"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("group", ["pooling", "trainer", "tracking", "notify"])
def test_every_group_with_kinds_is_judged(group: str) -> None:
    assert_only([f"{group}.kind=foo"], CODE)
    assert_fixes_clear([f"{group}.kind=foo"], CODE)


def test_several_options_are_no_sweep() -> None:
    assert_only(["pooling=[cls,mean]"], CODE)
    assert_fixes_clear(["pooling=[cls,mean]"], CODE)


def test_kinds_that_are_built_pass() -> None:
    assert codes(["pooling=cls", "tracking=none", "notify=none"]) == []
    assert codes(["pooling.kind=max"]) == []
