"""ENV004: a folder that another run has written."""

from pathlib import Path

import pytest

from judging import assert_only, codes, finding

CODE = "ENV004"


def example(tmp_path: Path) -> list[str]:
    """A run that has ended with a model."""
    folder = tmp_path / "night"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "config.json").write_text("{}")
    (folder / "results.json").write_text("{}")
    return [f"run_dir={folder}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.message.endswith("is of another run: it has model, results.json")
    new, goes_on = found.fixes
    assert new == [f"run_dir={tmp_path / 'night_2'}"]
    assert CODE not in codes([*overrides, *goes_on])
    assert codes([*overrides, *new]) == []


def test_a_name_that_is_free_is_proposed(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    (tmp_path / "night_2").mkdir()
    assert finding(overrides, CODE).fixes[0] == [f"run_dir={tmp_path / 'night_3'}"]


@pytest.mark.parametrize("left", [[], ["checkpoints"], ["train.log"]])
def test_a_folder_without_a_run_s_work(tmp_path: Path, left: list[str]) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    for name in left:
        if name.endswith(".log"):
            (folder / name).write_text("")
        else:
            (folder / name).mkdir()
    assert codes([f"run_dir={folder}"]) == []
