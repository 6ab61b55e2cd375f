"""Checkpoints like KoBERT, from the command line to the saved folder, without any code of theirs."""

from pathlib import Path

import pytest

from checkpoints import local
from haechi.tokenization.build import build_tokenizer
from judging import codes, finding, verdict_of
from running import only_folder, results, run
from sentencepieces import UNUSUAL, stock, write_kobert
from tasks import pair_task, relation_task, span_task, tagged_task

LAYOUTS = [("skt", "KoBERTTokenizer"), ("skt", "XLNetTokenizer"), ("monologg", "KoBertTokenizer")]
TASKS = {"pairs": pair_task, "relations": relation_task, "tags": tagged_task, "answers": span_task}
THREE_STEPS = ["trainer.max_steps=3", "tracking=none"]


@pytest.mark.parametrize(("layout", "declared"), LAYOUTS)
def test_every_layout_is_fit(tmp_path: Path, layout: str, declared: str) -> None:
    overrides = local(write_kobert(tmp_path / "kobert", layout, declared))
    for more in ([], ["pooling=pooler"], ["task=sample_sts"], ["task=sample_nli", "pooling=cls"]):
        found = verdict_of([*overrides, *more]).diagnostics
        assert {item.severity.value for item in found} == {"note"}, [item.as_text() for item in found]


@pytest.mark.parametrize("name", TASKS)
def test_every_objective_is_fit(tmp_path: Path, name: str) -> None:
    overrides = [*local(write_kobert(tmp_path / "kobert")), *TASKS[name](tmp_path)]
    found = verdict_of(overrides).diagnostics
    assert {item.severity.value for item in found} == {"note"}, [item.as_text() for item in found]


def test_code_that_only_the_tokenizer_names_is_not_needed(tmp_path: Path) -> None:
    folder = write_kobert(tmp_path / "kobert", "monologg")
    assert "auto_map" in (folder / "tokenizer_config.json").read_text(encoding="utf-8")
    assert "SEC003" not in codes(local(folder))
    told = finding(local(folder), "TOK006")
    assert "it knows no `KoBertTokenizer`, and fails" in told.message


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "declared"), LAYOUTS)
def test_a_run_saves_a_tokenizer_that_transformers_reads_alike(
    tmp_path: Path, layout: str, declared: str
) -> None:
    folder = write_kobert(tmp_path / "kobert", layout, declared)
    process = run(tmp_path, *local(folder), *THREE_STEPS)
    assert process.returncode == 0, process.stderr[-3000:]
    made = only_folder(tmp_path)
    assert results(made)["status"] == "finished"
    mine, theirs = build_tokenizer(folder), stock(made / "model")
    assert len(theirs) == mine.length
    for text in UNUSUAL:
        assert theirs(text)["input_ids"] == mine.encode_whole([text])[0].ids


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_every_objective_trains(tmp_path: Path, name: str) -> None:
    folder = write_kobert(tmp_path / "kobert")
    process = run(tmp_path, *local(folder), *TASKS[name](tmp_path), *THREE_STEPS)
    assert process.returncode == 0, process.stderr[-3000:]
    assert results(only_folder(tmp_path, "files"))["status"] == "finished"
