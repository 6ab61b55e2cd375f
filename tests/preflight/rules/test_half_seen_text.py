"""POOL009: tokens that are read before they have seen what follows them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import as_gpt2, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import relation_task, span_task, tagged_task

CODE = "POOL009"


def example(tmp_path: Path) -> list[str]:
    """The markers of a GPT-2."""
    return [*gpt2(tmp_path), *relation_task(tmp_path), "pooling=entity_start"]


def gpt2(tmp_path: Path) -> list[str]:
    return local(as_gpt2(tiny_copy(tmp_path / "checkpoint")))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert assert_only(overrides, CODE).severity.value == "warning"
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("task", [tagged_task, span_task])
def test_heads_over_every_token_are_noted(tmp_path: Path, task: Callable[..., list[str]]) -> None:
    overrides = [*gpt2(tmp_path), *task(tmp_path)]
    assert finding(overrides, CODE).severity.value == "note"
    assert CODE not in codes(task(tmp_path))
    edit_json(tmp_path / "checkpoint" / "config.json", lambda content: content.update(model_type="bert"))
    assert CODE not in codes(overrides)


def test_a_pooling_over_the_whole_text_sees_it(tmp_path: Path) -> None:
    model = gpt2(tmp_path)
    assert CODE not in codes(model)
    assert CODE not in codes([*model, *relation_task(tmp_path)])
    assert CODE not in codes([*relation_task(tmp_path), "pooling=entity_start"])
