"""Asking the hub always comes to an end, and the answer says why a repository cannot be had."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haechi.hub import within
from hub_server import HubServer, hub_environment, refusing_endpoint, run_python, silent_endpoint

ASK = """
import json, sys, time
from haechi import hub

for arguments in json.loads(sys.argv[1]):
    began = time.perf_counter()
    answer = hub.ask(*arguments)
    seconds = time.perf_counter() - began
    print(json.dumps({**vars(answer), "seconds": seconds}))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    """A hub with one model and one data set."""
    for name, file in (("model", "config.json"), ("data", "ynat/train-00000-of-00001.parquet")):
        path = tmp_path / name / file
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    with HubServer() as server:
        server.add_model("klue/bert-base", tmp_path / "model", revisions=("main", "refs/pr/3"))
        server.add_dataset("klue/klue", tmp_path / "data")
        yield server


def ask(endpoint: str, folder: Path, *questions: list[Any], **environment: str) -> list[dict[str, Any]]:
    """Answers of one process to several questions, each with the seconds that it took."""
    variables = hub_environment(endpoint, folder, **environment)
    outcome = run_python("-c", ASK, json.dumps(questions), environment=variables)
    assert outcome.status == 0, outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def test_an_answer_has_the_files_and_the_commit(server: HubServer, tmp_path: Path) -> None:
    model, branch, data = ask(
        server.url,
        tmp_path,
        ["klue/bert-base", "main", 30],
        ["klue/bert-base", "refs/pr/3", 30],
        ["klue/klue", "main", 30, "dataset"],
    )
    assert (model["files"], model["refusal"], model["reachable"]) == (["config.json"], None, True)
    assert model["commit"] == branch["commit"] == server.repositories["model", "klue/bert-base"].commit
    assert data["files"] == ["ynat/train-00000-of-00001.parquet"]


def test_what_the_hub_refuses_is_told_apart(server: HubServer, tmp_path: Path) -> None:
    answers = ask(
        server.url,
        tmp_path,
        ["klue/bert-bsae", "main", 30],
        ["klue/bert-base", "v9", 30],
        ["klue/bert-base", "main", 30, "dataset"],
        ["klue/bert base", "main", 30],
    )
    assert [answer["refusal"] for answer in answers] == [
        f"{server.url} knows no such model, or keeps it private",
        "it has no revision `v9`",
        f"{server.url} knows no such dataset, or keeps it private",
        f"{server.url} knows no such model, or keeps it private",
    ]
    assert all(answer["reachable"] and not answer["files"] for answer in answers)


def test_a_hub_out_of_order_is_out_of_reach(server: HubServer, tmp_path: Path) -> None:
    server.failing = 503
    (answer,) = ask(server.url, tmp_path, ["klue/bert-base", "main", 30])
    assert answer["refusal"] == f"{server.url} answered with status 503"
    assert not answer["reachable"]


def test_a_refused_connection_is_told_at_once(tmp_path: Path) -> None:
    with refusing_endpoint() as endpoint:
        (answer,) = ask(endpoint, tmp_path, ["klue/bert-base", "main", 30])
    assert answer["refusal"] == f"{endpoint} cannot be reached (ConnectError)"
    assert not answer["reachable"]
    assert answer["seconds"] < 20


def test_a_silent_hub_is_waited_for_once(tmp_path: Path) -> None:
    """A sweep over twenty checkpoints waits once, not twenty times."""
    questions = [
        ["klue/bert-base", "main", 1],
        ["klue/roberta-base", "main", 1],
        ["klue/klue", "main", 1, "dataset"],
    ]
    with silent_endpoint() as endpoint:
        first, *others = ask(endpoint, tmp_path, *questions)
    assert 1 <= first["seconds"] < 10
    assert all(answer["seconds"] < 0.5 for answer in others)
    for answer in (first, *others):
        assert answer["refusal"] == f"{endpoint} did not answer within 1 s"
        assert not answer["reachable"]


def test_offline_nothing_is_asked(server: HubServer, tmp_path: Path) -> None:
    (answer,) = ask(server.url, tmp_path, ["klue/bert-base", "main", 30], HF_HUB_OFFLINE="1")
    assert answer["refusal"] == "HF_HUB_OFFLINE forbids the network"
    assert not answer["reachable"]
    assert server.requests == []


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HF_HOME": "/data/hf"}, "/data/hf/hub"),
        ({"HF_HOME": "/data/hf", "HF_HUB_CACHE": "/data/cache"}, "/data/cache"),
        ({"HF_HOME": "", "XDG_CACHE_HOME": "/data/xdg"}, "/data/xdg/huggingface/hub"),
    ],
)
def test_the_cache_folder_is_the_clients_own(tmp_path: Path, variables: dict[str, str], folder: str) -> None:
    environment = hub_environment("http://127.0.0.1:9", tmp_path, **variables)
    environment = {name: value for name, value in environment.items() if value}
    outcome = run_python("-c", "from haechi import hub; print(hub.cache_folder())", environment=environment)
    assert outcome.stdout.strip() == folder


def test_a_call_within_its_time_gives_its_result_or_its_own_error() -> None:
    assert within(30, lambda: "result") == "result"
    assert within(30, lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        within(30, lambda: 1 / 0)


def test_a_call_that_hangs_is_left_to_itself() -> None:
    done = threading.Event()
    began = time.perf_counter()
    with pytest.raises(TimeoutError):
        within(0.2, lambda: done.wait(30))
    assert time.perf_counter() - began < 10
    done.set()
