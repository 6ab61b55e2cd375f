"""Overrides of config.json: which are taken, and what is said of the others."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig

from checkpoints import tiny_copy
from haechi.modeling.config_overrides import Override, apply_overrides, table_of
from haechi.schema.model import Init
from running import QUICK, only_folder, run


def decided(
    folder: Path, overrides: dict[str, Any], init: Init = Init.pretrained
) -> tuple[Any, list[Override]]:
    config = AutoConfig.from_pretrained(folder)
    return config, apply_overrides(config, overrides, init, json.loads((folder / "config.json").read_text()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_copy(tmp_path / "checkpoint")


def test_keys_that_exist_are_taken(folder: Path) -> None:
    config, (first, second) = decided(folder, {"hidden_dropout_prob": 0.3, "classifier_dropout": 0.2})
    assert (config.hidden_dropout_prob, config.classifier_dropout) == (0.3, 0.2)
    assert (first.before, first.after, first.taken) == (0.1, 0.3, True)
    # config.json is silent, and the architecture has the key.
    assert (second.before, second.after, second.taken) == (None, 0.2, True)


def test_the_rest_is_left_out_and_said(folder: Path) -> None:
    config, (item,) = decided(folder, {"hidden_droput_prob": 0.3})
    assert not hasattr(config, "hidden_droput_prob")
    assert (item.taken, item.why) == (False, "no key of bert's config.json")


def test_a_key_of_the_file_is_taken_even_if_the_class_has_none(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "my_key": 1}))
    config, (item,) = decided(folder, {"my_key": 2})
    assert (config.my_key, item.before, item.taken) == (2, 1, True)


def test_the_attention_implementation_reaches_the_config(folder: Path) -> None:
    config, (item,) = decided(folder, {"attn_implementation": "eager"})
    assert config._attn_implementation == "eager"
    assert item.taken


def test_the_task_decides_the_heads_outputs(folder: Path) -> None:
    config, (item,) = decided(folder, {"num_labels": 5})
    assert config.num_labels == 2
    assert not item.taken


@pytest.mark.parametrize("key", ["to_dict", "use_return_dict", "name_or_path"])
def test_what_a_config_object_has_besides_is_no_key(folder: Path, key: str) -> None:
    config, (item,) = decided(folder, {key: "x"})
    assert not item.taken
    assert getattr(config, key) != "x"


@pytest.mark.parametrize("key", ["dtype", "return_dict", "use_cache", "output_hidden_states"])
def test_what_the_program_sets_itself_is_not_taken(folder: Path, key: str) -> None:
    _, (item,) = decided(folder, {key: False}, Init.scratch)
    assert (item.taken, item.why) == (False, "Haechi asks the model for what it needs")


def test_rows_are_added_later(folder: Path) -> None:
    rows = AutoConfig.from_pretrained(folder).vocab_size
    config, (item,) = decided(folder, {"vocab_size": rows + 8})
    assert (config.vocab_size, item.before, item.taken) == (rows, rows, True)
    config, (item,) = decided(folder, {"vocab_size": rows + 8}, Init.scratch)
    assert (config.vocab_size, item.taken) == (rows + 8, True)


def test_from_scratch_the_architecture_is_free(folder: Path) -> None:
    config, (item,) = decided(folder, {"num_hidden_layers": 7}, Init.scratch)
    assert (config.num_hidden_layers, item.taken, item.why) == (7, True, "the weights are drawn anew")


def test_the_table_is_aligned_and_spells_values_as_they_are_typed(folder: Path) -> None:
    _, items = decided(folder, {"tie_word_embeddings": False, "classifier_dropout": 0.2, "nonsense": None})
    lines = table_of(items).splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["key", "checkpoint", "run", "taken"],
        ["tie_word_embeddings", "true", "false", "yes"],
        ["classifier_dropout", "null", "0.2", "yes"],
        ["nonsense", "null", "null", "no"],
    ]
    column = lines[0].index("taken")
    assert [line[column : column + 3].strip() for line in lines[1:]] == ["yes", "yes", "no"]


@pytest.mark.slow
def test_a_run_prints_and_keeps_the_table(tmp_path: Path) -> None:
    overrides = ["+model.config.hidden_dropout_prob=0.2", "+model.config.my_key=1"]
    outcome = run(tmp_path, *QUICK, *overrides, "model.allow_unknown_config_keys=true", "notify=none")
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    folder = only_folder(tmp_path)
    shown = outcome.stderr + outcome.stdout
    for text in (shown, (folder / "train.log").read_text(encoding="utf-8")):
        assert "hidden_dropout_prob  0.1" in text
        assert "no key of bert's config.json" in text
    kept = json.loads((folder / "config_overrides.json").read_text(encoding="utf-8"))["overrides"]
    assert [(item["key"], item["taken"]) for item in kept] == [
        ("hidden_dropout_prob", True),
        ("my_key", False),
    ]
    saved = json.loads((folder / "model" / "config.json").read_text(encoding="utf-8"))
    assert saved["hidden_dropout_prob"] == 0.2
    assert "my_key" not in saved
    logged = list((tmp_path / "mlartifacts").rglob("config_overrides.json"))
    assert len(logged) == 1
