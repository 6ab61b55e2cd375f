"""DATA009: the hub data set is not here and the network is off."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, good_file

CODE = "DATA009"


def example(tmp_path: Path) -> list[str]:
    """The rows of KLUE come from the hub."""
    return ["task=klue_ynat"]


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "datasets"))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("task", ["klue_ynat", "klue_sts", "klue_nli"])
def test_every_hub_task_is_judged(task: str) -> None:
    found = assert_only([f"task={task}"], CODE)
    assert "klue/klue" in found.message
    assert "HF_HUB_OFFLINE" in found.message


def test_a_typed_data_set_is_taken_back(tmp_path: Path) -> None:
    overrides = ["task=files", "task.dataset.path=klue/klue", "task.dataset.name=ynat"]
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_a_cached_data_set_passes(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "klue___klue" / "ynat" / "0.0.0" / "abc"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text("{}")
    assert codes(["task=klue_ynat"]) == []


def test_files_need_no_hub(tmp_path: Path) -> None:
    assert CODE not in codes(["task=klue_ynat", f"task.files.train={good_file(tmp_path)}"])
