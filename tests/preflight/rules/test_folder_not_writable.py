"""ENV001: a file in the way, a read-only place."""

import shutil
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "ENV001"


def example(tmp_path: Path) -> list[str]:
    """The folder would lie below a file."""
    (tmp_path / "file").touch()
    return [f"run_dir={tmp_path}/file/run"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_a_file_and_a_read_only_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", "/proc/haechi", "/proc/self/fd/haechi", tmp_path / ("x" * 300)):
        assert_only([f"run_dir={folder}"], CODE)
        assert_fixes_clear([f"run_dir={folder}"], CODE)


def test_the_reason_is_named(tmp_path: Path) -> None:
    assert f"`{tmp_path}/file` is a file" in finding(example(tmp_path), CODE).message
    assert "`/proc` cannot be written" in finding(["run_dir=/proc/haechi"], CODE).message


def test_a_folder_by_hydra(tmp_path: Path) -> None:
    assert_only(["hydra.run.dir=/proc/haechi"], CODE)
    assert_fixes_clear(["hydra.run.dir=/proc/haechi"], CODE)
    assert codes([f"hydra.run.dir={tmp_path}/run"]) == []


def test_outputs_that_are_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outputs").touch()
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tiny_copy(tmp_path / "checkpoint")
    overrides = ["model=local", f"model.checkpoint={folder}"]
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def nothing_left(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A disk without room below a folder."""
    ask = shutil.disk_usage

    def answer(path: Path) -> object:
        found = ask(path)
        return found._replace(free=300_000) if Path(path).is_relative_to(folder) else found

    monkeypatch.setattr(shutil, "disk_usage", answer)


def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (tmp_path / "small").mkdir()
    nothing_left(monkeypatch, tmp_path / "small")
    overrides = ["model=local", f"model.checkpoint={folder}", f"run_dir={tmp_path}/small/run"]
    assert f"`{tmp_path}/small` has only 0.3 MB left" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_outputs_without_room_for_the_tiny_checkpoint_are_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").mkdir()
    monkeypatch.setenv("HAECHI_OUTPUTS", str(tmp_path / "small"))
    nothing_left(monkeypatch, tmp_path / "small")
    found = assert_only([], CODE)
    assert found.fixes == []
    assert "HAECHI_OUTPUTS=DIR" in "".join(found.notes)
    # A run elsewhere does not help: the checkpoint lies with the outputs.
    assert "No space left" in assert_only([f"run_dir={tmp_path}/run"], "MODEL001").message


def test_a_new_folder_passes_and_is_not_made(tmp_path: Path) -> None:
    assert codes([f"run_dir={tmp_path}/a/b/c"]) == []
    assert list(tmp_path.iterdir()) == []
