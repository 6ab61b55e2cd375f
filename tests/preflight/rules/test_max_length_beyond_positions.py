"""POS001: the longest input by the rows of the position table."""

from pathlib import Path

import pytest

from checkpoints import as_roberta, edit_json, local, tiny_copy, with_positions
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import span_task

CODE = "POS001"


def example(tmp_path: Path) -> list[str]:
    """tiny has 128 positions."""
    return ["tokenizer.max_length=129"]


def roberta(tmp_path: Path, rows: int, **config: object) -> list[str]:
    """A RoBERTa with so many position rows."""
    folder = with_positions(as_roberta(tiny_copy(tmp_path / "roberta")), rows)
    edit_json(folder / "config.json", lambda content: content.update(config))
    return local(folder)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_as_many_tokens_as_positions() -> None:
    assert codes(["tokenizer.max_length=128"]) == []


def test_roberta_keeps_rows_for_padding(tmp_path: Path) -> None:
    overrides = roberta(tmp_path, 514)
    assert CODE not in codes([*overrides, "tokenizer.max_length=512"])
    found = finding([*overrides, "tokenizer.max_length=513"], CODE)
    assert "of 514 rows the first 2 are kept for padding" in found.message
    assert found.fixes == [["tokenizer.max_length=512"]]


def test_the_padding_id_counts(tmp_path: Path) -> None:
    overrides = roberta(tmp_path, 66, pad_token_id=3)
    assert CODE not in codes([*overrides, "tokenizer.max_length=62"])
    assert CODE in codes([*overrides, "tokenizer.max_length=63"])


def test_robertas_first_table_had_512_rows(tmp_path: Path) -> None:
    overrides = roberta(tmp_path, 512)
    assert CODE not in codes([*overrides, "tokenizer.max_length=510"])
    found = finding([*overrides, "tokenizer.max_length=512"], CODE)
    assert found.fixes == [["tokenizer.max_length=510"]]
    assert_fixes_clear([*overrides, "tokenizer.max_length=512"], CODE)


@pytest.mark.parametrize(("rows", "length", "fires"), [(300, 300, False), (300, 301, True), (300, 384, True)])
def test_windows_of_a_span_task_are_as_long(tmp_path: Path, rows: int, length: int, fires: bool) -> None:
    folder = with_positions(tiny_copy(tmp_path / "kcbert"), rows)
    overrides = [*local(folder), *span_task(tmp_path), f"tokenizer.max_length={length}"]
    assert (CODE in codes(overrides)) == fires
    if fires:
        assert_fixes_clear(overrides, CODE)


def test_a_padding_id_of_null_is_robertas_default(tmp_path: Path) -> None:
    overrides = [*roberta(tmp_path, 66, pad_token_id=None), "preflight.ignore=[LEN001]"]
    assert CODE not in codes([*overrides, "tokenizer.max_length=64"])
    assert CODE in codes([*overrides, "tokenizer.max_length=65"])


def test_config_json_counts_while_the_weights_are_not_here(tmp_path: Path) -> None:
    overrides = roberta(tmp_path, 514)
    (tmp_path / "roberta" / "model.safetensors").unlink()
    assert CODE not in codes([*overrides, "tokenizer.max_length=512"])
    assert CODE in codes([*overrides, "tokenizer.max_length=513"])


def test_relative_positions_bound_nothing(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "deberta")
    relative = {"model_type": "deberta-v2", "position_biased_input": False, "relative_attention": True}
    edit_json(folder / "config.json", lambda content: content.update(relative))
    assert CODE not in codes([*local(folder), "tokenizer.max_length=1024"])
    edit_json(folder / "config.json", lambda content: content.update(position_biased_input=True))
    assert CODE in codes([*local(folder), "tokenizer.max_length=1024"])


def test_from_scratch_the_table_may_have_another_size() -> None:
    longer = ["model.init=scratch", "+model.config.max_position_embeddings=256"]
    assert codes([*longer, "tokenizer.max_length=256"]) == []
    assert CODE in codes([*longer, "tokenizer.max_length=257"])


@pytest.mark.parametrize(
    ("model", "usable"), [("kcbert", 300), ("klue_roberta_base", 512), ("klue_bert", 512)]
)
def test_the_catalogue_knows_without_files(model: str, usable: int) -> None:
    assert CODE not in codes([f"model={model}", f"tokenizer.max_length={usable}"])
    found = finding([f"model={model}", f"tokenizer.max_length={usable + 1}"], CODE)
    assert found.severity.value == "error"


def test_a_fact_that_nobody_has_confirmed_only_warns() -> None:
    assert finding(["model=mdeberta", "tokenizer.max_length=1024"], CODE).severity.value == "warning"


@pytest.mark.slow
@pytest.mark.parametrize(("pad", "longest"), [(1, 64), (3, 62)])
def test_transformers_fails_beyond(tmp_path: Path, pad: int, longest: int) -> None:
    import torch
    from transformers import AutoModel

    folder = Path(roberta(tmp_path, 66, pad_token_id=pad)[1].partition("=")[2])
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    model(torch.full((1, longest), 7))
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, longest + 1), 7))
