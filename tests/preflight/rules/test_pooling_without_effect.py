"""POOL006: a note on a pooling that nothing uses."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes
from tasks import relation_task, span_task, tagged_task

CODE = "POOL006"


def example(tmp_path: Path) -> list[str]:
    """Tags need every token."""
    return [*tagged_task(tmp_path), "pooling=cls"]


def test_the_example_gives_a_note_and_its_fix_clears_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert found.fixes == [["~pooling"]]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)


def test_keys_of_a_pooling_are_taken_back_too(tmp_path: Path) -> None:
    overrides = [*span_task(tmp_path), "pooling=max", "pooling.include_special_tokens=false"]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("task", [tagged_task, span_task])
def test_what_nobody_typed_needs_no_note(tmp_path: Path, task) -> None:
    assert codes(task(tmp_path)) == []


@pytest.mark.parametrize("task", [tagged_task, span_task])
def test_the_layer_does_count(tmp_path: Path, task) -> None:
    assert codes([*task(tmp_path), "pooling.layer=1"]) == []
    assert codes([*task(tmp_path), "pooling.layer=3"]) == ["POOL002"]


@pytest.mark.parametrize("kind", ["pooler", "last_four", "entity_start"])
def test_what_is_not_used_is_not_refused(tmp_path: Path, kind: str) -> None:
    assert codes([*tagged_task(tmp_path), f"pooling={kind}", "pooling.layer=1"]) == [CODE]


def test_other_tasks_pool(tmp_path: Path) -> None:
    assert CODE not in codes(["pooling=cls"])
    assert CODE not in codes([*relation_task(tmp_path), "pooling=cls"])
