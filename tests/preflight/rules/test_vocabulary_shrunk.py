"""VOC003: a `vocab_size` below the rows or the ids."""

import json
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "VOC003"


def example(tmp_path: Path) -> list[str]:
    """Fewer rows than the checkpoint has."""
    return ["+model.config.vocab_size=1000"]


@pytest.fixture
def rows(tmp_path: Path) -> int:
    """Rows of tiny, which are also its tokenizer's ids."""
    return json.loads((tiny_copy(tmp_path / "tiny") / "config.json").read_text(encoding="utf-8"))[
        "vocab_size"
    ]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path, rows: int) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert f"`vocab_size` 1,000 is below the {rows:,} rows of the checkpoint" in found.message
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(("more", "fires"), [(-1, True), (0, False), (1, False), (100, False)])
def test_more_rows_are_fine(rows: int, more: int, fires: bool) -> None:
    for init in ("pretrained", "scratch"):
        overrides = [f"+model.config.vocab_size={rows + more}", f"model.init={init}"]
        assert codes(overrides) == ([CODE] if fires else [])


def test_added_tokens_need_rows(rows: int) -> None:
    added = ["tokenizer.add_tokens=['새말','헌말']", "tokenizer.new_tokens=resize"]
    overrides = [f"+model.config.vocab_size={rows + 1}", *added]
    assert f"{rows + 2:,} ids of the tokenizer" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes([f"+model.config.vocab_size={rows + 2}", *added])


def test_the_catalogue_knows_without_files() -> None:
    assert CODE in codes(["model=klue_bert", "+model.config.vocab_size=31999"])
    assert CODE not in codes(["model=klue_bert", "+model.config.vocab_size=32000"])


@pytest.mark.slow
def test_the_table_stays_as_large_as_it_was(tmp_path: Path, rows: int) -> None:
    from haechi.compose import compose
    from haechi.modeling.build import build_model
    from haechi.preflight.evidence import Evidence
    from haechi.resolve import resolve

    for overrides in (example(tmp_path), [*example(tmp_path), "model.init=scratch"]):
        composed = compose(overrides)
        evidence = Evidence(resolve(composed, composed.hydra))
        model = build_model(evidence.whole, evidence, outputs=2)
        assert model.encoder.backbone.get_input_embeddings().weight.shape[0] == rows
