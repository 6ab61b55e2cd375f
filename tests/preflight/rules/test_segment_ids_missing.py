"""TOK016: a pair template of zeros under a model of two segments."""

from pathlib import Path

import pytest

from checkpoints import as_roberta, as_xlnet, edit_json, edit_weights, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import pair_task, span_task, tagged_task

CODE = "TOK016"


def zeros(folder: Path) -> list[str]:
    """A BERT whose template gives 0 to both texts."""

    def change(content: dict[str, dict[str, list[dict[str, dict[str, int]]]]]) -> None:
        for piece in content["post_processor"]["pair"]:
            next(iter(piece.values()))["type_id"] = 0

    edit_json(folder / "tokenizer.json", change)
    return local(folder)


def example(tmp_path: Path) -> list[str]:
    """Pairs for such a BERT."""
    return [*zeros(tiny_copy(tmp_path / "checkpoint")), *pair_task(tmp_path)]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note", "it may have been trained so"
    assert "the model has 2 segment rows" in found.message
    assert_fixes_clear(overrides, CODE)


def test_a_context_is_a_second_text_too(tmp_path: Path) -> None:
    assert CODE in codes([*zeros(tiny_copy(tmp_path / "checkpoint")), *span_task(tmp_path)])


def test_a_template_with_both_ids(tmp_path: Path) -> None:
    assert codes(pair_task(tmp_path)) == []


def test_an_xlnet_tells_segments_apart_without_a_table(tmp_path: Path) -> None:
    folder = as_xlnet(tiny_copy(tmp_path / "checkpoint"))
    assert codes([*local(folder), *pair_task(tmp_path)]) == []
    found = finding([*zeros(folder), *pair_task(tmp_path)], CODE)
    assert found.severity.value == "note"
    assert "the model tells segments apart" in found.message


def test_single_texts_have_one_segment(tmp_path: Path) -> None:
    model = zeros(tiny_copy(tmp_path / "checkpoint"))
    assert CODE not in codes(model)
    assert CODE not in codes([*model, *tagged_task(tmp_path)])


def test_one_row_has_no_second_segment(tmp_path: Path) -> None:
    assert CODE not in codes([*local(as_roberta(tiny_copy(tmp_path / "roberta"))), *pair_task(tmp_path)])


def test_from_scratch_nothing_was_trained(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "model.init=scratch"])


@pytest.mark.parametrize(
    ("facts", "severity"),
    [(["max_token_type_id=0"], None), (["max_token_type_id=1"], "warning"),
     (["max_token_type_id=1", "uncertain=[max_token_type_id]"], "note")],
)  # fmt: skip
def test_the_catalogue_knows_how_it_was_trained(
    tmp_path: Path, facts: list[str], severity: str | None
) -> None:
    overrides = [*example(tmp_path), "model.name=mine", *(f"model.facts.{fact}" for fact in facts)]
    if severity is None:
        assert CODE not in codes(overrides)
    else:
        assert finding(overrides, CODE).severity.value == severity


def test_rows_of_the_weights_count(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    name = "embeddings.token_type_embeddings.weight"
    edit_weights(tmp_path / "checkpoint", lambda tensors: {**tensors, name: tensors[name][:1].copy()})
    assert CODE not in codes(overrides)
