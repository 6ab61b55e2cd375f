"""DATA001: a path that leads nowhere."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, good_file, verdict_of

CODE = "DATA001"


def example(tmp_path: Path) -> list[str]:
    """There is no such file."""
    return files_task(tmp_path / "no_such.csv")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_a_file_with_a_like_name_is_offered(tmp_path: Path) -> None:
    good_file(tmp_path, "train_v2.csv")
    good_file(tmp_path, "train.xlsx")
    found = finding(files_task(tmp_path / "train.csv"), CODE)
    assert found.fixes[0] == [f"task.files.train={tmp_path / 'train_v2.csv'}"]
    assert_fixes_clear(files_task(tmp_path / "train.csv"), CODE)


def test_a_relative_path_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(tmp_path) in finding(files_task(Path("no_such.csv")), CODE).message
    good_file(tmp_path)
    assert CODE not in codes(files_task(Path("train.csv")))


def test_other_splits_are_judged_and_can_be_left_out(tmp_path: Path) -> None:
    overrides = files_task(
        good_file(tmp_path), "task.files.validation=/no/such.csv", "task.files.test=/no/such.tsv"
    )
    found = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    assert [item.fixes[-1] for item in found] == [["task.files.validation=null"], ["task.files.test=null"]]


@pytest.mark.parametrize("name", ["folder.csv", "x" * 300 + ".csv"])
def test_a_folder_and_an_impossible_name_are_no_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert_only(files_task(tmp_path / name), CODE)


def test_a_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    good_file(tmp_path)
    assert CODE not in codes(["task=files", 'task.files.train="~/train.csv"'])
