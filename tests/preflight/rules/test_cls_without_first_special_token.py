"""POOL008: the vector of a word in place of that of [CLS]."""

from pathlib import Path
from typing import Any

import pytest

from checkpoints import as_roberta, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import pair_task, tagged_task

CODE = "POOL008"


def template(folder: Path, *places: str) -> list[str]:
    """A checkpoint whose template puts special tokens at these places of a text."""

    def change(content: dict[str, Any]) -> None:
        single = [{"Sequence": {"id": "A", "type_id": 0}}]
        for place in places:
            token = {"SpecialToken": {"id": "[CLS]" if place == "first" else "[SEP]", "type_id": 0}}
            single.insert(0 if place == "first" else len(single), token)
        content["post_processor"]["single"] = single

    edit_json(folder / "tokenizer.json", change)
    return local(folder)


def example(tmp_path: Path) -> list[str]:
    """Texts begin with their first word."""
    return [*template(tiny_copy(tmp_path / "checkpoint"), "last"), "pooling=cls"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "reads the first token" in found.message
    assert_fixes_clear(overrides, CODE)


def test_a_template_with_a_first_token(tmp_path: Path) -> None:
    assert codes(["pooling=cls"]) == []
    assert CODE not in codes([*template(tiny_copy(tmp_path / "checkpoint"), "first"), "pooling=cls"])
    assert CODE not in codes([*local(as_roberta(tiny_copy(tmp_path / "roberta"))), "pooling=cls"])


@pytest.mark.parametrize(
    ("places", "fires"), [(["last"], False), (["first"], True), (["first", "last"], False), ([], True)]
)
def test_xlnet_has_it_at_the_end(tmp_path: Path, places: list[str], fires: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(model_type="xlnet"))
    overrides = [*template(folder, *places), "pooling=cls"]
    assert (CODE in codes(overrides)) == fires
    if fires:
        assert "reads the last token" in finding(overrides, CODE).message


def test_other_poolings_and_tasks_do_not_mind(tmp_path: Path) -> None:
    model = example(tmp_path)[:-1]
    for kind in ("mean", "last_token", "attention"):
        assert CODE not in codes([*model, f"pooling={kind}"])
    assert CODE not in codes([*model, *tagged_task(tmp_path), "pooling=cls"])
    assert CODE in codes([*model, *pair_task(tmp_path), "pooling=cls"])
