"""CFG009: None as text."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from haechi.preflight.rules.null_spelt_as_text import FREE
from haechi.schema.run import RunConfig
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "CFG009"


def example(tmp_path: Path) -> list[str]:
    """Python's spelling."""
    return ["task.metric=None"]


def nullable(schema: type[Any] = RunConfig, prefix: str = "") -> list[str]:
    """Keys whose annotation says that they are a text or null."""
    found: list[str] = []
    for item in fields(schema):
        kind = item.default_factory
        if isinstance(kind, type) and is_dataclass(kind):
            found += nullable(kind, f"{prefix}{item.name}.")
        elif item.type == (str | None):
            found.append(f"{prefix}{item.name}")
    return found


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.fixes == [["task.metric=null"]]
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("word", ["none", "NONE", "nan", "'~'", '"null"', "' None '"])
def test_other_spellings(word: str) -> None:
    assert_only([f"task.metric={word}"], CODE)


def test_every_setting_that_may_be_null(tmp_path: Path) -> None:
    keys = nullable()
    assert {"task.metric", "tokenizer.source", "run_dir", "tracking.run_name"} <= set(keys)
    for key in keys:
        if not key.startswith(("model.facts.", "task.columns.")) and key not in {"explain", "apply_fix"}:
            found = finding([f"{key}=None"], CODE)
            assert [item.key for item in found.keys] == [key]
            assert found.severity.value == ("warning" if key in FREE else "error")


def test_a_value_of_config_json(tmp_path: Path) -> None:
    overrides = ["+model.config.problem_type=None"]
    assert assert_only(overrides, CODE).fixes == [
        ["~model.config.problem_type", "+model.config.problem_type=null"]
    ]
    assert_fixes_clear(overrides, CODE)


def test_a_column_may_be_called_so(tmp_path: Path) -> None:
    train = write_rows(tmp_path / "train.csv", "None,label\n가,a\n나,b\n다,a\n")
    assert CODE not in codes(files_task(train, "task.columns.text=None"))
    assert CODE in codes(files_task(train, "task.columns.text=null", "task.columns.label=none"))


@pytest.mark.parametrize(
    "override", ["task.metric=null", "tracking.experiment=nonesuch", "tags=[None]", "+tracking.tags.a=None"]
)
def test_null_itself_and_other_words(override: str) -> None:
    assert codes([override]) == []
