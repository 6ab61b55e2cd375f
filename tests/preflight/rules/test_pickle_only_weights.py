"""MODEL009: weights that are there as a pickle only, in a folder or on the hub."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checkpoints import in_shards, local, tiny_copy
from haechi.preflight.rule import catalogue
from hub_server import HubServer, hub_environment, run_python
from judging import assert_fixes_clear, assert_only, codes, finding
from running import QUICK, only_folder

CODE = "MODEL009"


def example(tmp_path: Path) -> list[str]:
    """The weights as a pickle only."""
    return local(as_pickle(tiny_copy(tmp_path / "checkpoint")))


def as_pickle(folder: Path) -> Path:
    """Store a checkpoint's weights as older programs did."""
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_note_converts_this_checkpoint(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert f"from_pretrained('{tmp_path / 'checkpoint'}')" in finding(overrides, CODE).notes[0]


def test_an_allowed_pickle_is_judged_by_its_tensors(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "model.allow_pickle=true"]
    assert codes(overrides) == []
    assert codes([*overrides, "pooling=pooler"]) == ["POOL001"]


def test_a_pickle_that_calls_anything_is_refused(tmp_path: Path) -> None:
    import torch

    overrides = [*example(tmp_path), "model.allow_pickle=true"]
    torch.save({"a": torch.ones(1), "b": print}, tmp_path / "checkpoint" / "pytorch_model.bin")
    assert codes(overrides) == ["MODEL003"]
    assert ".print" in finding(overrides, "MODEL003").message


def test_an_index_of_pickles(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    folder = tmp_path / "checkpoint"
    (folder / "pytorch_model.bin").rename(folder / "pytorch_model-00001-of-00001.bin")
    (folder / "pytorch_model.bin.index.json").write_text("{}")
    assert_only(overrides, CODE)
    name = "pytorch_model-00001-of-00001.bin"
    index = {"weight_map": dict.fromkeys(["embeddings.LayerNorm.weight"], name)}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    assert codes([*overrides, "model.allow_pickle=true"]) == []


@pytest.mark.parametrize("sharded", [False, True])
def test_a_pickle_beside_safetensors_is_passed_over(tmp_path: Path, sharded: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    if sharded:
        in_shards(folder)
    assert codes(local(folder)) == []


def test_fresh_weights_need_no_file(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "model.init=scratch"]) == []


def test_the_hub_is_asked_what_it_has(tmp_path: Path) -> None:
    example(tmp_path)
    with HubServer() as server:
        server.add_model("team/older", tmp_path / "checkpoint")
        environment = hub_environment(server.url, tmp_path)
        overrides = ["model=local", "model.checkpoint=team/older", "preflight.format=json"]
        outcome = run_python("src/check.py", *overrides, environment=environment)
        assert not [path for _, path in server.requests if "pytorch_model.bin" in path]
    found = json.loads(outcome.stdout)["jobs"][0]["diagnostics"]
    assert [item["code"] for item in found if item["severity"] == "error"] == [CODE], outcome.stderr


@pytest.mark.slow
def test_the_conversion_that_the_page_shows(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = tiny_copy(tmp_path / "OLD")
    tensors = load_file(folder / "model.safetensors")
    torch.save(tensors, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    (rule,) = [rule for rule in catalogue() if rule.code == CODE]
    (command,) = re.findall(r'python -c "([^"]*)"', rule.page())
    assert command in rule.page("ko")
    subprocess.run([sys.executable, "-c", command], cwd=tmp_path, check=True, capture_output=True)
    assert codes(local(tmp_path / "NEW")) == []
    converted = load_file(tmp_path / "NEW" / "model.safetensors")
    assert torch.equal(converted["embeddings.LayerNorm.weight"], tensors["embeddings.LayerNorm.weight"])


@pytest.mark.slow
def test_a_hub_checkpoint_of_pickles_is_fetched_and_trained(tmp_path: Path) -> None:
    example(tmp_path)
    (tmp_path / "outputs").mkdir()
    with HubServer() as server:
        server.add_model("team/older", tmp_path / "checkpoint")
        environment = {**hub_environment(server.url, tmp_path), "HAECHI_OUTPUTS": str(tmp_path / "outputs")}
        overrides = [*QUICK, "tracking=none", "notify=none", "model=local", "model.checkpoint=team/older"]
        outcome = run_python("src/train.py", *overrides, "model.allow_pickle=true", environment=environment)
        assert [path for _, path in server.requests if "pytorch_model.bin" in path]
    assert outcome.status == 0, outcome.stderr[-3000:]
    assert (only_folder(tmp_path / "outputs") / "model" / "model.safetensors").is_file()
