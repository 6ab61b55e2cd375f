"""VOC004: a note on where added tokens get their rows."""

import json
from pathlib import Path

import numpy as np
import pytest

from checkpoints import edit_json, edit_weights, local, tiny_copy
from haechi.checkpoint.tiny import SPARE_SLOTS
from judging import assert_only, codes, finding
from tasks import relation_task

CODE = "VOC004"


def example(tmp_path: Path) -> list[str]:
    """Two markers."""
    return ["tokenizer.add_special_tokens=['[E1]','[/E1]']"]


@pytest.fixture
def rows(tmp_path: Path) -> int:
    """Rows of tiny."""
    return json.loads((tiny_copy(tmp_path / "tiny") / "config.json").read_text(encoding="utf-8"))[
        "vocab_size"
    ]


def test_the_example_gives_a_note_and_nothing_else(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert f"2 added tokens take 2 of {SPARE_SLOTS} spare slots" in found.message
    assert [key.key for key in found.keys] == ["tokenizer.add_special_tokens", "tokenizer.new_tokens"]
    assert codes(overrides) == [CODE]
    assert codes([*overrides, f"preflight.ignore=[{CODE}]"]) == []


def test_nothing_is_added() -> None:
    assert codes([]) == []
    assert CODE not in codes(["tokenizer.add_tokens=['가']"])


@pytest.mark.parametrize("words", [1, 3])
def test_the_table_grows(rows: int, words: int) -> None:
    names = ",".join(f"'새말{number}'" for number in range(words))
    overrides = [f"tokenizer.add_tokens=[{names}]", "tokenizer.new_tokens=resize"]
    message = finding(overrides, CODE).message
    assert f"the embedding table grows from {rows:,} to {rows + words:,}" in message
    assert message.startswith("1 added token takes" if words == 1 else "3 added tokens take")
    assert f"to {rows + 50:,}" in finding([*overrides, f"+model.config.vocab_size={rows + 50}"], CODE).message


def test_slots_leave_the_size_to_the_config(tmp_path: Path, rows: int) -> None:
    overrides = example(tmp_path)
    assert "the table keeps its size" in finding(overrides, CODE).message
    assert "그대로입니다" in finding(overrides, CODE).message.ko
    grown = finding([*overrides, f"+model.config.vocab_size={rows + 50}"], CODE).message
    assert f"2 of {SPARE_SLOTS} spare slots, and the table grows from {rows:,} to {rows + 50:,}" in grown
    assert "그대로" not in grown.ko
    same = finding([*overrides, f"+model.config.vocab_size={rows}"], CODE).message
    assert "the table keeps its size" in same


@pytest.mark.parametrize(("spare", "says"), [(2, "take spare rows"), (1, "the embedding table grows from")])
def test_rows_without_a_token_are_taken_first(tmp_path: Path, rows: int, spare: int, says: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    name = "embeddings.word_embeddings.weight"

    def pad(tensors: dict[str, np.ndarray]) -> None:
        tensors[name] = np.vstack([tensors[name], tensors[name][:spare]])

    edit_weights(folder, pad)
    edit_json(folder / "config.json", lambda content: content.update(vocab_size=rows + spare))
    assert CODE not in codes(local(folder)), "rows beyond the tokenizer's length harm nothing"
    overrides = [*local(folder), *example(tmp_path), "tokenizer.new_tokens=resize"]
    assert says in finding(overrides, CODE).message


def test_markers_of_a_relation_task_count(tmp_path: Path) -> None:
    found = finding(relation_task(tmp_path), CODE)
    assert "4 added tokens take 4 of" in found.message
    assert "task.markers" in [key.key for key in found.keys]
    assert CODE not in codes(relation_task(tmp_path, "task.markers=punctuation"))


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["resize", "auto"])
def test_the_model_that_is_built_has_those_rows(tmp_path: Path, rows: int, policy: str) -> None:
    from haechi.compose import compose
    from haechi.modeling.build import build_model
    from haechi.preflight.evidence import Evidence
    from haechi.resolve import resolve

    composed = compose([*example(tmp_path), f"tokenizer.new_tokens={policy}"])
    evidence = Evidence(resolve(composed, composed.hydra))
    model = build_model(evidence.whole, evidence, outputs=2)
    expected = rows + 2 if policy == "resize" else rows
    assert model.encoder.backbone.get_input_embeddings().weight.shape[0] == expected
