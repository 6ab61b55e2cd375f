"""push.py by the real client against a hub on this machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from checkpoints import tiny_copy
from hub_server import HubServer, Outcome, hub_environment, refusing_endpoint, run_python

SCRIPT = "src/push.py"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with HubServer() as server:
        server.writers.home = tmp_path / "hub"
        server.writers.tokens = {"hf_writes": "owner", "hf_reads": ""}
        yield server


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A run's folder with a model."""
    folder = tiny_copy(tmp_path / "run" / "model")
    (folder / "haechi.json").write_text("{}")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text("{}")
    (folder / "README.md").write_text(
        '---\ntags:\n- haechi\n---\n# 해치\n\nAutoModel.from_pretrained("MODEL_FOLDER")\n', "utf-8"
    )
    return folder.parent


def push(endpoint: str, folder: Path, *words: str, token: str = "hf_writes", **more: str) -> Outcome:
    environment = hub_environment(endpoint, folder.parent, HF_TOKEN=token, **more)
    return run_python(SCRIPT, f"run={folder}", *words, environment=environment)


def digests(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".gitattributes"
    }


def refusal(done: Outcome) -> str:
    assert done.status == 2
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    assert "hf_" not in done.stderr.replace("HF_TOKEN=hf_...", "")
    return done.stderr


def test_a_model_is_one_commit_that_the_client_reads_back(
    hub: HubServer, model: Path, tmp_path: Path
) -> None:
    before = digests(model)
    done = push(hub.url, model, "repo=owner/haechi", "message=first")
    assert done.status == 0, done.stderr
    assert done.stdout.strip() == f"{hub.url}/owner/haechi"
    pushed, own = digests(tmp_path / "hub" / "owner" / "haechi"), digests(model / "model")
    card = pushed.pop("README.md").decode()
    own.pop("README.md")
    assert pushed == own
    assert 'from_pretrained("owner/haechi")' in card
    assert ModelCard(card).data.tags == ["haechi"]
    assert hub.writers.private == {"owner/haechi": True}
    assert hub.writers.messages == ["first"]
    assert digests(model) == before
    code = (
        "from huggingface_hub import snapshot_download; import sys;"
        "print(snapshot_download('owner/haechi', token='hf_writes'))"
    )
    done = run_python("-c", code, environment=hub_environment(hub.url, tmp_path / "reader"))
    assert (Path(done.stdout.strip()) / "model.safetensors").read_bytes() == own["model.safetensors"]
    # A repository with files is changed only where that is wanted.
    assert "update=true" in refusal(push(hub.url, model, "repo=owner/haechi"))
    (model / "model" / "more.txt").write_text("new")
    assert push(hub.url, model / "model", "repo=owner/haechi", "update=true").status == 0
    assert len(hub.writers.messages) == 2
    assert "more.txt" in digests(tmp_path / "hub" / "owner" / "haechi")


def test_what_the_hub_refuses_is_one_diagnostic(hub: HubServer, model: Path) -> None:
    said = {
        "HF_TOKEN is not set": push(hub.url, model, "repo=owner/name", token=""),
        "does not know the token": push(hub.url, model, "repo=owner/name", token="hf_unknown"),
        "may not write to `owner/name`": push(hub.url, model, "repo=owner/name", token="hf_reads"),
        "is no name of a repository": push(hub.url, model, "repo=a/b/c"),
        "HF_HUB_OFFLINE forbids": push(hub.url, model, "repo=owner/name", HF_HUB_OFFLINE="1"),
    }
    for words, done in said.items():
        assert words in refusal(done)
    assert hub.writers.messages == []
    hub.failing = 507
    assert "answered with status 507" in refusal(push(hub.url, model, "repo=owner/name"))


def test_without_a_network_or_a_model_it_says_so(model: Path) -> None:
    with refusing_endpoint() as endpoint:
        assert "cannot be reached" in refusal(push(endpoint, model, "repo=owner/name"))
    assert "which repo" in refusal(push("http://127.0.0.1:9", model))
    shutil.rmtree(model / "model")
    assert "is no run's folder" in refusal(push("http://127.0.0.1:9", model, "repo=owner/name"))
