"""A run's folder -> its model, or what became of it."""

import json
from pathlib import Path

import pytest

from haechi.fault import RunFault
from haechi.saved import find_model, find_run


def run_folder(folder: Path, **results: object) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "config.yaml").write_text("seed: 1\n")
    if results:
        (folder / "results.json").write_text(json.dumps(results))
    return folder


def with_model(folder: Path) -> Path:
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "haechi.json").write_text("{}")
    return folder


def refusal(folder: Path) -> RunFault:
    with pytest.raises(RunFault) as raised:
        find_model(str(folder))
    return raised.value


def test_a_run_and_its_model_name_the_same_model(tmp_path: Path) -> None:
    folder = with_model(tmp_path / "run")
    assert find_model(str(folder)) == find_model(str(folder / "model")) == folder / "model"


def test_a_failed_run_says_how_it_ended_and_what_to_do(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", status="failed", error="RunFault: out of memory")
    fault = refusal(folder)
    assert "has no model: it failed" in str(fault)
    assert fault.notes == ["results.json says: RunFault: out of memory"]
    assert fault.fixes == [f"python src/train.py rerun={folder}"]


def test_an_interrupted_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", status="interrupted", error=None)
    (folder / "checkpoints" / "checkpoint-3").mkdir()
    (fix,) = refusal(folder).fixes
    assert fix.endswith(f"--config-path {folder} --config-name config run_dir={folder} trainer.resume=auto")


def test_other_folders_are_told_apart(tmp_path: Path) -> None:
    with_model(tmp_path / "sweep" / "0")
    with_model(tmp_path / "sweep" / "1")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "config.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    said = {
        "sweep": "holds 2 runs", "plain": "no model that Haechi has saved", "empty": "is no run's folder",
        "file": "is a file", "missing": "there is no folder",
    }  # fmt: skip
    for name, words in said.items():
        assert words in str(refusal(tmp_path / name))
    assert "no model yet" in str(refusal(run_folder(tmp_path / "going")))
    assert "is gone" in str(refusal(run_folder(tmp_path / "finished", status="finished")))


def test_a_run_is_found_by_its_model_too(tmp_path: Path) -> None:
    folder = with_model(run_folder(tmp_path / "run"))
    assert find_run(str(folder)) == find_run(str(folder / "model")) == folder
    with pytest.raises(RunFault):
        find_run(str(tmp_path / "missing"))
