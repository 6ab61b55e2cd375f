"""POOL005: the first token of a model whose tokens see only those before them."""

from pathlib import Path

import pytest

from checkpoints import as_gpt2, as_xlnet, edit_json, local, tiny_copy, with_pooler
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import pair_task, span_task, tagged_task

CODE = "POOL005"


def example(tmp_path: Path) -> list[str]:
    """A GPT-2."""
    return [*local(as_gpt2(tiny_copy(tmp_path / "checkpoint"))), "pooling=cls"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert found.fixes[0] == ["pooling=last_token"]
    assert_fixes_clear(overrides, CODE)
    assert CODE in codes([*overrides, "model.init=scratch"])
    assert CODE in codes([*overrides, "preflight.ignore=[POOL005]"]), "nothing could be learned"


def test_other_poolings_see_the_text(tmp_path: Path) -> None:
    model = example(tmp_path)[:-1]
    for kind in ("mean", "max", "weighted_mean", "last_token", "attention", "first_last"):
        assert codes([*model, f"pooling={kind}"]) == []


def test_heads_over_every_token_need_no_pooling(tmp_path: Path) -> None:
    model = example(tmp_path)
    assert CODE in codes([*model, *pair_task(tmp_path)])
    for task in (tagged_task, span_task):
        assert CODE not in codes([*model, *task(tmp_path)])


@pytest.mark.parametrize(
    ("overrides", "fires"),
    [([], True), (["+model.config.is_decoder=false"], False), (["model.init=scratch"], True)],
)
def test_a_decoder_by_its_config(tmp_path: Path, overrides: list[str], fires: bool) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(is_decoder=True))
    assert (CODE in codes([*local(folder), "pooling=cls", *overrides])) == fires


def test_a_pooler_reads_the_same_token(tmp_path: Path) -> None:
    folder = with_pooler(tiny_copy(tmp_path / "checkpoint"))
    overrides = [*local(folder), "pooling=pooler"]
    assert CODE not in codes(overrides)
    edit_json(folder / "config.json", lambda content: content.update(is_decoder=True))
    found = finding(overrides, CODE)
    assert "`pooling=pooler`" in found.message
    assert "`pooling=pooler`" in found.message.ko
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes([*overrides, "+model.config.is_decoder=false"])


def test_where_there_is_no_pooler_another_rule_says_so(tmp_path: Path) -> None:
    found = codes([*example(tmp_path)[:-1], "pooling=pooler"])
    assert "POOL001" in found
    assert CODE not in found


def test_models_that_see_both_sides(tmp_path: Path) -> None:
    assert codes(["pooling=cls"]) == []
    assert codes([*local(as_xlnet(tiny_copy(tmp_path / "xlnet"))), "pooling=cls"]) == []


def test_the_catalogue_will_do(tmp_path: Path) -> None:
    out_of_reach = ["model=klue_bert", "pooling=cls"]
    assert CODE not in codes(out_of_reach)
    assert CODE in codes([*out_of_reach, "model.facts.model_type=gpt2"])
