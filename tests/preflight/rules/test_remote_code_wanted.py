"""SEC002: no code of a checkpoint is run."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only

CODE = "SEC002"


def example(tmp_path: Path) -> list[str]:
    """The key alone."""
    return ["model.trust_remote_code=true"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert_only(example(tmp_path), CODE)
    assert_fixes_clear(example(tmp_path), CODE)
