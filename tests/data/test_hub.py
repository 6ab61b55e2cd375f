"""A task's rows from the hub: every split arrives, and classes are matched by name, not by number."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from hub_server import HubServer, Outcome, hub_environment, run_python, run_quickly, silent_endpoint

KLUE = "klue/klue"
# The hub's order, which is the task's own.
LABELS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]
OFFLINE = {"HF_HUB_OFFLINE": "1"}
YNAT = ("task=klue_ynat",)
LOAD = """
import json, sys, time
from haechi import hub
from haechi.compose import compose
from haechi.data.hub import load_from_hub
from haechi.resolve import resolve
from haechi.rows.fault import FileFault

composed = compose(json.loads(sys.argv[1]))
task = resolve(composed, composed.hydra).config.task
began = time.perf_counter()
try:
    splits = load_from_hub(task)
    found = {name: [[row.row, row.text, row.text_pair, row.label] for row in split.examples]
             for name, split in splits.items()}
    found = {"splits": found, "paths": {name: split.path for name, split in splits.items()}}
except FileFault as fault:
    found = {"fault": fault.kind.value, "message": fault.message}
    found |= {"setting": fault.setting, "fixes": fault.fixes}
found["cached"] = hub.dataset_is_cached(task.dataset.path, task.dataset.name)
print(json.dumps({**found, "seconds": time.perf_counter() - began}))
"""
CARD = """\
---
language:
- ko
license: cc-by-sa-4.0
dataset_info:
- config_name: ynat
  features:
  - name: guid
    dtype: string
  - name: title
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
{names}
  - name: url
    dtype: string
  - name: date
    dtype: string
  splits:
  - name: train
    num_bytes: 4000
    num_examples: {train}
  - name: validation
    num_bytes: 1000
    num_examples: {validation}
  download_size: 5000
  dataset_size: 5000
configs:
- config_name: ynat
  data_files:
  - split: train
    path: ynat/train-*
  - split: validation
    path: ynat/validation-*
---
# KLUE
"""


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(arrow.Table.from_pylist(rows), path)


def write_ynat(folder: Path, names: Sequence[str] = LABELS, train: int = 140, validation: int = 28) -> Path:
    """A repository as klue/klue's: parquet files with class ids, and their names in the card."""
    for split, count in (("train", train), ("validation", validation)):
        rows = [
            {
                "guid": f"ynat-v1_{split}_{row:05}",
                "title": f"{names[row % len(names)]} 소식 {split} {row}번",
                "label": row % len(names),
                "url": "https://news.naver.com/main/read.nhn",
                "date": "2016.06.30. 오전 10:36",
            }
            for row in range(count)
        ]
        write_rows(folder / "ynat" / f"{split}-00000-of-00001.parquet", rows)
    listed = "\n".join(f"          '{number}': {name}" for number, name in enumerate(names))
    card = CARD.format(names=listed, train=train, validation=validation)
    (folder / "README.md").write_text(card, encoding="utf-8")
    return folder


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


def load(endpoint: str, folder: Path, *overrides: str, limit: float = 120, **more: str) -> dict[str, Any]:
    """What a process of its own loads, or its fault."""
    environment = hub_environment(endpoint, folder, **more)
    outcome = run_quickly(limit, "-c", LOAD, json.dumps(overrides), environment=environment)
    assert outcome.status == 0, outcome.stderr
    return json.loads(outcome.stdout)


def check(endpoint: str, folder: Path, *overrides: str, **more: str) -> Outcome:
    return run_python("src/check.py", *overrides, environment=hub_environment(endpoint, folder, **more))


def test_every_split_arrives_with_class_names(server: HubServer, tmp_path: Path) -> None:
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
    found = load(server.url, tmp_path, *YNAT)
    assert {name: len(rows) for name, rows in found["splits"].items()} == {"train": 140, "validation": 28}
    assert found["splits"]["train"][:2] == [
        [1, "IT과학 소식 train 0번", None, "IT과학"],
        [2, "경제 소식 train 1번", None, "경제"],
    ]
    assert found["paths"]["validation"] == "klue/klue/ynat (validation)"


def test_classes_are_matched_by_name_when_the_data_set_counts_otherwise(
    server: HubServer, tmp_path: Path
) -> None:
    order = sorted(LABELS, reverse=True)
    assert order != LABELS
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue", order))
    for rows in load(server.url, tmp_path, *YNAT)["splits"].values():
        for _, text, _, label in rows:
            assert text.startswith(f"{label} ")


def test_a_row_without_a_class_has_no_label(server: HubServer, tmp_path: Path) -> None:
    """The hub's test splits carry -1 where the answer is held back."""
    folder = write_ynat(tmp_path / "klue", train=2)
    path = folder / "ynat" / "train-00000-of-00001.parquet"
    rows = parquet.read_table(path).to_pylist()
    rows[0]["label"], rows[1]["label"] = -1, None
    write_rows(path, rows)
    server.add_dataset(KLUE, folder)
    train = load(server.url, tmp_path, *YNAT)["splits"]["train"]
    assert [label for *_, label in train] == [None, None]


def test_pairs_and_scores_arrive(server: HubServer, tmp_path: Path) -> None:
    """As klue_sts has them: no list of classes, and the score within a struct."""
    row = {
        "sentence1": "비가 온다",
        "sentence2": "눈이 온다",
        "labels": {"label": 1.4, "real-label": 1.428571, "binary-label": 0},
    }
    for split in ("train", "validation"):
        write_rows(tmp_path / "klue" / "sts" / f"{split}-00000-of-00001.parquet", [row] * 3)
    (tmp_path / "klue" / "README.md").write_text(
        "---\nconfigs:\n- config_name: sts\n  data_files:\n  - split: train\n    path: sts/train-*\n"
        "  - split: validation\n    path: sts/validation-*\n---\n"
    )
    server.add_dataset(KLUE, tmp_path / "klue")
    splits = load(server.url, tmp_path, "task=klue_sts")["splits"]
    assert splits["train"][0] == [1, "비가 온다", "눈이 온다", 1.428571]


def test_a_missing_column_is_a_fault_that_names_those_that_are_there(
    server: HubServer, tmp_path: Path
) -> None:
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
    fault = load(server.url, tmp_path, *YNAT, "task.columns.text=titel")
    assert (fault["fault"], fault["setting"]) == ("columns", "task.columns.text")
    assert "`guid`, `title`, `label`, `url`, `date`" in fault["message"]
    assert ["task.columns.text=title"] in fault["fixes"]

    environment = hub_environment(server.url, tmp_path)
    arguments = ("src/train.py", *YNAT, "task.columns.text=titel", "tracking=none")
    outcome = run_python(*arguments, environment=environment)
    assert (outcome.status, outcome.codes) == (2, ["DATA002"])
    assert "Traceback" not in outcome.stderr


def test_an_unknown_data_set_is_a_fault(server: HubServer, tmp_path: Path) -> None:
    fault = load(server.url, tmp_path, *YNAT)
    assert (fault["fault"], fault["setting"], fault["cached"]) == ("missing", "task.dataset.path", False)
    assert fault["message"].startswith("the data set cannot be had")
    assert len(fault["message"].splitlines()) == 1


# The cache


def test_offline_the_cache_is_used(server: HubServer, tmp_path: Path) -> None:
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
    first = load(server.url, tmp_path, *YNAT)
    server.requests.clear()
    second = load(server.url, tmp_path, *YNAT, **OFFLINE)
    assert second["splits"] == first["splits"]
    assert server.requests == []
    assert check(server.url, tmp_path, *YNAT, **OFFLINE).status == 0


def test_a_hub_that_never_answers_does_not_hold_up_a_cached_data_set(tmp_path: Path) -> None:
    """The client itself would wait without an end."""
    with HubServer() as server:
        server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
        first = load(server.url, tmp_path, *YNAT)
    stopped = load(server.url, tmp_path, *YNAT, limit=15)
    assert stopped["splits"] == first["splits"]
    assert stopped["seconds"] < 15
    with silent_endpoint() as endpoint:
        silent = load(endpoint, tmp_path, *YNAT, limit=15)
    assert silent["splits"] == first["splits"]
    assert silent["seconds"] < 15


def test_a_newer_commit_is_fetched_while_the_hub_is_in_reach(server: HubServer, tmp_path: Path) -> None:
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
    load(server.url, tmp_path, *YNAT)
    server.add_dataset(KLUE, write_ynat(tmp_path / "newer", train=70))
    assert len(load(server.url, tmp_path, *YNAT)["splits"]["train"]) == 70


def test_a_data_set_with_capitals_and_without_a_configuration_is_found_in_the_cache(
    server: HubServer, tmp_path: Path
) -> None:
    """The client keeps kakaobrain/KorNLI under kakaobrain___kor_nli."""
    write_rows(tmp_path / "nli" / "train.parquet", [{"title": "비가 온다", "label": "경제"}] * 3)
    server.add_dataset("kakaobrain/KorNLI", tmp_path / "nli")
    overrides = (*YNAT, "task.dataset.path=kakaobrain/KorNLI", "task.dataset.name=null")
    assert load(server.url, tmp_path, *overrides)["cached"]
    assert check(server.url, tmp_path, *overrides, **OFFLINE).status == 0
    assert len(load(server.url, tmp_path, *overrides, **OFFLINE)["splits"]["train"]) == 3


# Judged before a run


def test_offline_and_not_cached_is_refused(tmp_path: Path) -> None:
    outcome = check("http://127.0.0.1:9", tmp_path, *YNAT, **OFFLINE)
    assert (outcome.status, outcome.codes) == (2, ["DATA009"])
    assert (
        f"the data set `{KLUE}` is not in the cache, and HF_HUB_OFFLINE forbids the network" in outcome.stderr
    )
    assert "task.files.train=FILE" in outcome.stderr
    assert not (tmp_path / "outputs" / "klue_ynat").exists()


def test_an_unknown_data_set_or_revision_is_refused(server: HubServer, tmp_path: Path) -> None:
    outcome = check(server.url, tmp_path, *YNAT)
    assert (outcome.status, outcome.codes) == (2, ["DATA009"])
    assert f"{server.url} knows no such dataset" in outcome.stderr
    server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
    outcome = check(server.url, tmp_path, *YNAT, "task.dataset.revision=v9")
    assert (outcome.status, outcome.codes) == (2, ["DATA009"])
    assert "it has no revision `v9`" in outcome.stderr


def test_a_model_and_a_data_set_out_of_reach_are_told_at_once(tmp_path: Path) -> None:
    with silent_endpoint() as endpoint:
        environment = hub_environment(endpoint, tmp_path)
        outcome = run_quickly(5, "src/train.py", "model=klue_bert", *YNAT, environment=environment)
    assert (outcome.status, sorted(outcome.codes)) == (2, ["DATA009", "MODEL001"])
    assert outcome.seconds < 5


@pytest.mark.slow
def test_a_run_trains_on_the_hubs_rows_and_again_without_the_hub(tmp_path: Path) -> None:
    arguments = ("src/train.py", *YNAT, "tracking=none", "trainer.max_steps=3", "task.max_train_rows=64")
    with HubServer() as server:
        server.add_dataset(KLUE, write_ynat(tmp_path / "klue"))
        environment = hub_environment(server.url, tmp_path)
        first = run_python(*arguments, f"run_dir={tmp_path / 'first'}", environment=environment)
    assert first.status == 0, first.stderr
    second = run_python(*arguments, f"run_dir={tmp_path / 'second'}", environment={**environment, **OFFLINE})
    assert second.status == 0, second.stderr
    results = [
        json.loads((tmp_path / name / "results.json").read_text(encoding="utf-8"))
        for name in ("first", "second")
    ]
    assert [result["status"] for result in results] == ["finished", "finished"]
    assert results[0]["rows"] == results[1]["rows"] == {"train": 64, "validation": 28}
    assert results[0]["metrics"] == results[1]["metrics"]
