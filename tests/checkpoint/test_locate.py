"""A checkpoint is found in a folder, in the hub's cache or on the hub, or it is said why not."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from haechi.checkpoint.locate import State, is_path, locate
from hub_server import (
    KLUE_BERT,
    PICKLE,
    SMALL_FILES,
    WEIGHTS,
    HubServer,
    Outcome,
    hub_environment,
    refusing_endpoint,
    run_python,
    run_quickly,
    silent_endpoint,
    write_klue_bert,
)
from sentencepieces import MODEL_NAME, write_kobert

# Facts of the real checkpoint differ from the small one's.
IGNORED = "preflight.ignore=[MODEL007]"
CHECK = ("src/check.py", "model=klue_bert", IGNORED)
TRAIN = ("src/train.py", "model=klue_bert", IGNORED)
THREE_STEPS = ("pooling=mean", "trainer.max_steps=3", "task.max_train_rows=64", "tracking=none")
NAMED = ("src/train.py", "model=klue_bert", *THREE_STEPS)
OFFLINE = {"HF_HUB_OFFLINE": "1"}
LOCATE = """
import json, sys
from haechi.checkpoint.locate import locate

name, settings = json.loads(sys.argv[1])
found = locate(name, **settings)
files = sorted(path.name for path in found.folder.iterdir()) if found.folder else None
print(json.dumps({"state": found.state.value, "files": files, "reason": found.reason}))
"""


@pytest.fixture(scope="module")
def klue_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_klue_bert(tmp_path_factory.mktemp("repository") / "klue_bert")


@pytest.fixture
def server(klue_bert: Path) -> Iterator[HubServer]:
    with HubServer() as server:
        server.add_model(KLUE_BERT, klue_bert)
        yield server


def located(
    endpoint: str, folder: Path, name: str = KLUE_BERT, *, offline: bool = False, **settings: object
) -> tuple[str, list[str] | None, str]:
    """State, files and reason that a process of its own finds."""
    environment = hub_environment(endpoint, folder, **(OFFLINE if offline else {}))
    outcome = run_python("-c", LOCATE, json.dumps([name, settings]), environment=environment)
    assert outcome.status == 0, outcome.stderr
    found = json.loads(outcome.stdout)
    return found["state"], found["files"], found["reason"]


def status_of(folder: Path) -> dict[str, object]:
    """results.json of a run."""
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def run_folder(base: Path) -> Path:
    """The folder of the one run that was made below an outputs folder."""
    (folder,) = (base / "outputs" / "sample_topic").iterdir()
    return folder


# Folders


@pytest.mark.parametrize("name", ["/data/bert", "./bert", "../bert", "~/bert", "models/klue/bert-base", "."])
def test_a_name_that_looks_like_a_path_is_one(name: str) -> None:
    assert is_path(name)


def test_a_hub_id_is_a_path_only_where_such_a_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not is_path(KLUE_BERT)
    assert not is_path("bert-base-cased")
    (tmp_path / KLUE_BERT).mkdir(parents=True)
    assert is_path(KLUE_BERT)
    location = locate(KLUE_BERT)
    assert (location.state, location.folder, location.on_hub) == (State.folder, tmp_path / KLUE_BERT, False)


def test_a_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "bert").mkdir()
    assert locate("~/bert").folder == tmp_path / "bert"


@pytest.mark.parametrize("name", ["", "/no/such/folder", "./no_such_folder", "~nobody_of_that_name/bert"])
def test_a_path_without_a_folder_is_told(name: str) -> None:
    location = locate(name)
    assert (location.state, location.folder, location.on_hub) == (State.no_folder, None, False)


# From the hub into the cache


def test_the_small_files_are_fetched_first_and_the_weights_when_they_are_wanted(
    server: HubServer, tmp_path: Path
) -> None:
    assert located(server.url, tmp_path) == ("cached", SMALL_FILES, "")
    assert server.downloaded() == SMALL_FILES
    server.requests.clear()
    assert located(server.url, tmp_path, weights=True) == ("cached", sorted([*SMALL_FILES, WEIGHTS]), "")
    assert server.downloaded() == [WEIGHTS]


def test_what_is_cached_is_not_asked_for_again(server: HubServer, tmp_path: Path) -> None:
    located(server.url, tmp_path, weights=True)
    server.requests.clear()
    for weights in (False, True):
        assert located(server.url, tmp_path, weights=weights)[0] == "cached"
    assert (
        located(server.url, tmp_path, revision=server.repositories["model", KLUE_BERT].commit)[0] == "cached"
    )
    assert server.requests == []
    assert located(server.url, tmp_path, offline=True, weights=True)[0] == "cached"


def test_another_revision_is_not_taken_from_the_cache(server: HubServer, tmp_path: Path) -> None:
    located(server.url, tmp_path)
    assert located(server.url, tmp_path, revision="v9") == ("unknown", None, "it has no revision `v9`")


def test_every_shard_is_fetched(server: HubServer, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tiny_copy(tmp_path / "sharded")
    tensors = list(load_file(folder / WEIGHTS).items())
    (folder / WEIGHTS).unlink()
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    halves = dict(zip(names, (dict(tensors[:9]), dict(tensors[9:])), strict=True))
    for name, half in halves.items():
        save_file(half, folder / name)
    index = {"weight_map": {tensor: name for name, half in halves.items() for tensor in half}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    server.add_model("a/sharded", folder)

    _, files, _ = located(server.url, tmp_path, "a/sharded", weights=True)
    assert files is not None
    assert {*names, "model.safetensors.index.json"} < set(files)
    server.requests.clear()
    assert located(server.url, tmp_path, "a/sharded", weights=True)[1] == files
    assert server.requests == []


def test_a_repository_without_config_json_is_no_checkpoint(server: HubServer, tmp_path: Path) -> None:
    (tmp_path / "gguf").mkdir()
    (tmp_path / "gguf" / "model.gguf").write_bytes(b"GGUF")
    server.add_model("a/gguf", tmp_path / "gguf")
    outcome = run_python(
        "src/train.py", "model=local", "model.checkpoint=a/gguf",
        environment=hub_environment(server.url, tmp_path),
    )  # fmt: skip
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"])
    assert "it holds no config.json, so it is no checkpoint" in outcome.stderr


def test_a_cache_that_transformers_filled_without_a_tokenizer_is_completed(
    server: HubServer, tmp_path: Path
) -> None:
    download = "from huggingface_hub import hf_hub_download as get; [get('klue/bert-base', n) for n in %r]"
    environment = hub_environment(server.url, tmp_path)
    run_python("-c", download % ["config.json", WEIGHTS], environment=environment)
    kept = located(server.url, tmp_path, offline=True, weights=True)
    assert kept == ("cached", ["config.json", WEIGHTS], "")
    assert located(server.url, tmp_path) == ("cached", sorted([*SMALL_FILES, WEIGHTS]), "")


def test_a_verdict_downloads_no_weights_and_an_offline_run_misses_them(
    server: HubServer, tmp_path: Path
) -> None:
    environment = hub_environment(server.url, tmp_path)
    checked = run_python(*CHECK, environment=environment)
    assert (checked.status, checked.codes) == (0, [])
    assert server.downloaded() == SMALL_FILES

    server.requests.clear()
    trained = run_python(*TRAIN, *THREE_STEPS, environment={**environment, **OFFLINE})
    assert trained.status == 2
    assert trained.codes[0] == "MODEL001"
    said = f"`{KLUE_BERT}` is in the cache without its weights, and HF_HUB_OFFLINE forbids the network"
    assert said in trained.stderr
    assert "Traceback" not in trained.stderr
    assert server.requests == []


def test_weights_out_of_reach_are_one_finding(server: HubServer, tmp_path: Path) -> None:
    environment = hub_environment(server.url, tmp_path)
    run_python(*CHECK, environment=environment)
    trained = run_python(*TRAIN, *THREE_STEPS, environment={**environment, **OFFLINE})
    assert trained.codes == ["MODEL001"]


# The named command, from the first download to a run without a network


@pytest.mark.slow
def test_the_first_run_downloads_and_the_second_uses_the_cache(klue_bert: Path, tmp_path: Path) -> None:
    with HubServer() as server:
        server.add_model(KLUE_BERT, klue_bert)
        environment = hub_environment(server.url, tmp_path)
        first = run_python(*NAMED, f"run_dir={tmp_path / 'first'}", environment=environment)
        assert first.status == 0, first.stderr
        assert server.downloaded() == sorted([*SMALL_FILES, WEIGHTS])
        assert not [path for _, path in server.requests if PICKLE in path]
    results = status_of(tmp_path / "first")
    assert results["status"] == "finished"
    assert results["warnings"]
    assert set(results["warnings"]) == {"MODEL007"}
    assert first.codes == []

    # The server is gone.
    second = run_python(*NAMED, f"run_dir={tmp_path / 'second'}", environment={**environment, **OFFLINE})
    assert second.status == 0, second.stderr
    again = status_of(tmp_path / "second")
    assert (again["status"], again["metrics"]) == ("finished", results["metrics"])


# Out of reach


def assert_one_refusal_with_three_ways_out(outcome: Outcome, base: Path) -> None:
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"])
    assert f"`{KLUE_BERT}` is not in the cache" in outcome.stderr
    ways = (
        f"on a connected machine run `hf download {KLUE_BERT}`, then copy {base / 'hf' / 'hub'} here",
        "`model=local model.checkpoint=DIR`",
        "`model=tiny`",
    )
    for way in ways:
        assert way in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert outcome.stdout == ""
    assert not (base / "outputs").exists()


def test_offline_and_not_cached_is_refused_within_three_seconds(tmp_path: Path) -> None:
    environment = hub_environment("http://127.0.0.1:9", tmp_path, **OFFLINE)
    outcome = run_quickly(3, "src/train.py", "model=klue_bert", environment=environment)
    assert_one_refusal_with_three_ways_out(outcome, tmp_path)
    assert "HF_HUB_OFFLINE forbids the network" in outcome.stderr
    assert outcome.seconds < 3


def test_a_hub_that_refuses_connections_is_told_at_once(tmp_path: Path) -> None:
    with refusing_endpoint() as endpoint:
        environment = hub_environment(endpoint, tmp_path)
        outcome = run_quickly(3, "src/train.py", "model=klue_bert", environment=environment)
    assert_one_refusal_with_three_ways_out(outcome, tmp_path)
    assert f"{endpoint} cannot be reached (ConnectError)" in outcome.stderr
    assert outcome.seconds < 3


def test_a_hub_that_never_answers_costs_less_than_five_seconds(tmp_path: Path) -> None:
    with silent_endpoint() as endpoint:
        environment = hub_environment(endpoint, tmp_path)
        outcome = run_quickly(5, "src/train.py", "model=klue_bert", environment=environment)
    assert_one_refusal_with_three_ways_out(outcome, tmp_path)
    assert f"{endpoint} did not answer within 2 s" in outcome.stderr
    assert outcome.seconds < 5


def test_a_sweep_over_a_hub_that_never_answers_waits_once(tmp_path: Path) -> None:
    models = "model=klue_bert,klue_roberta_small,klue_roberta_base,koelectra_base,kcbert,mbert"
    with silent_endpoint() as endpoint:
        environment = hub_environment(endpoint, tmp_path)
        outcome = run_quickly(6, "src/train.py", "-m", models, environment=environment)
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"] * 6)
    assert outcome.seconds < 6
    assert not (tmp_path / "outputs").exists()


def test_a_hub_out_of_order_is_told_at_once(server: HubServer, tmp_path: Path) -> None:
    server.failing = 500
    environment = hub_environment(server.url, tmp_path)
    outcome = run_quickly(3, "src/train.py", "model=klue_bert", environment=environment)
    assert_one_refusal_with_three_ways_out(outcome, tmp_path)
    assert f"{server.url} answered with status 500" in outcome.stderr
    assert outcome.seconds < 3


# Refused by the hub


def test_an_unknown_repository_is_told(tmp_path: Path) -> None:
    with HubServer() as server:
        outcome = run_python(*TRAIN, environment=hub_environment(server.url, tmp_path))
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"])
    assert f"`{KLUE_BERT}` cannot be downloaded: {server.url} knows no such model" in outcome.stderr


def test_an_unknown_revision_is_told(server: HubServer, tmp_path: Path) -> None:
    outcome = run_python(*TRAIN, "model.revision=v9", environment=hub_environment(server.url, tmp_path))
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"])
    assert f"`{KLUE_BERT}` cannot be downloaded: it has no revision `v9`" in outcome.stderr


@pytest.mark.parametrize("token", ["", "hf_of_somebody_else"])
def test_a_gated_repository_is_told(klue_bert: Path, tmp_path: Path, token: str) -> None:
    """The hub lists a gated repository's files for everybody and gives them to few."""
    more = {"HF_TOKEN": token} if token else {}
    with HubServer() as server:
        server.add_model(KLUE_BERT, klue_bert, gated=True)
        outcome = run_python(*TRAIN, environment=hub_environment(server.url, tmp_path, **more))
    assert (outcome.status, outcome.codes) == (2, ["MODEL001"])
    assert "cannot be downloaded: its owner must grant you access first" in outcome.stderr
    assert "hf auth login" in outcome.stderr
    assert not (tmp_path / "outputs").exists()


# Downloads that break off


@pytest.mark.slow
def test_a_download_that_broke_off_goes_on_in_the_next_run(server: HubServer, tmp_path: Path) -> None:
    environment = hub_environment(server.url, tmp_path)
    server.cuts[WEIGHTS] = 2_000_000
    broken = run_python(*TRAIN, *THREE_STEPS, environment=environment)
    assert broken.status == 2
    assert broken.codes[0] == "MODEL001"
    assert "is in the cache without its weights, and the download broke off" in broken.stderr
    assert "Traceback" not in broken.stderr
    assert status_of(run_folder(tmp_path))["status"] == "failed"

    server.cuts.clear()
    healthy = run_python(*TRAIN, *THREE_STEPS, f"run_dir={tmp_path / 'again'}", environment=environment)
    assert healthy.status == 0, healthy.stderr
    assert status_of(tmp_path / "again")["status"] == "finished"


@pytest.mark.slow
def test_half_of_the_small_files_is_not_taken_for_all(server: HubServer, tmp_path: Path) -> None:
    """Else a vocab.txt that came would be read in place of the tokenizer.json that did not."""
    server.cuts["tokenizer.json"] = 1000
    state, files, reason = located(server.url, tmp_path)
    assert (state, files) == ("unreachable", None)
    assert reason.startswith("the download broke off")
    assert len(reason.splitlines()) == 1
    assert located(server.url, tmp_path, offline=True)[0] == "unreachable"
    server.cuts.clear()
    assert located(server.url, tmp_path) == ("cached", SMALL_FILES, "")


def test_a_file_that_the_hub_cuts_for_good_is_refused_when_it_is_read(
    server: HubServer, klue_bert: Path, tmp_path: Path
) -> None:
    """The copy on the hub itself is half a file."""
    folder = tmp_path / "half"
    shutil.copytree(klue_bert, folder)
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: len(content) // 2])
    server.add_model("a/half", folder)
    outcome = run_python(
        "src/train.py", "model=local", "model.checkpoint=a/half", *THREE_STEPS,
        environment=hub_environment(server.url, tmp_path),
    )  # fmt: skip
    assert (outcome.status, outcome.codes) == (2, ["MODEL003"])
    assert (
        f"`{WEIGHTS}` of the checkpoint is cut: {len(content) // 2:,} of {len(content):,} bytes"
        in outcome.stderr
    )


def test_a_sentencepiece_model_of_any_name_comes_with_the_small_files(
    server: HubServer, tmp_path: Path
) -> None:
    server.add_model("monologg/kobert", write_kobert(tmp_path / "kobert", "monologg"))
    small = ["config.json", "tokenizer_config.json", MODEL_NAME, "vocab.txt"]
    assert located(server.url, tmp_path, "monologg/kobert") == ("cached", sorted(small), "")
    assert located(server.url, tmp_path, "monologg/kobert", offline=True)[0] == "cached"


def test_kobert_is_fit_as_the_hub_has_it(server: HubServer, tmp_path: Path) -> None:
    server.add_model("skt/kobert-base-v1", write_kobert(tmp_path / "kobert", declared="XLNetTokenizer"))
    outcome = run_python(
        "src/check.py", "model=kobert", IGNORED, environment=hub_environment(server.url, tmp_path)
    )
    assert (outcome.status, outcome.codes) == (0, []), outcome.stderr
    assert "spiece.model" in server.downloaded()
    assert WEIGHTS not in server.downloaded()
