"""CFG012: codes to be ignored that no rule has."""

from pathlib import Path

from haechi.preflight.rule import catalogue
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG012"


def example(tmp_path: Path) -> list[str]:
    """A code with a digit missing."""
    return ["preflight.ignore=[LEN01]"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert "`LEN01`" in found.message
    assert ["preflight.ignore=[LEN001]"] in found.fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_codes_that_are_known_stay() -> None:
    found = finding(["preflight.ignore=[TRAIN004,XYZ9,LEN001]"], CODE)
    assert found.fixes[-1] == ["preflight.ignore=[TRAIN004,LEN001]"]


def test_every_code_of_the_catalogue_is_known() -> None:
    everything = ",".join(rule.code for rule in catalogue())
    assert codes([f"preflight.ignore=[{everything}]", "trainer.learning_rate=0.5"]) == []
    # Ignoring CFG012 as well would hide it, so it is asked without.
    others = ",".join(rule.code for rule in catalogue() if rule.code != CODE)
    assert CODE not in codes([f"preflight.ignore=[{others}]"])
