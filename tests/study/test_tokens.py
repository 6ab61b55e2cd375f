"""What tokens contribute: by hand where it can be, and by every method on a real model's shapes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from families import headlines, write_family
from haechi.schema.task import Objective, TaskConfig
from haechi.study.cells import Cell
from haechi.study.contributions import Pooled, contributions
from haechi.study.measures import measures_of
from haechi.study.parts import analyser, part_of_tag, parts_of
from haechi.study.rollout import rollout
from haechi.study.token_page import draw_tokens, token_html
from haechi.study.token_report import as_lines, look_at_tokens, summary
from studying import corpus_of, reader_of, run_of, vectors_of

POOLINGS = ["mean", "cls", "max"]


def item_of(reader, text: str) -> dict:
    split = reader.tokens([type("Sentence", (), {"text": text, "text_pair": None, "label": None})()])
    return {name: list(split[0][name]) for name in ("input_ids", "special_tokens_mask")}


def test_at_the_embeddings_leaving_out_is_leaving_out_of_the_average(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "bert", "bert")
    reader = reader_of(run_of(["model=local", f"model.checkpoint={folder}"], tmp_path / "run"))
    item = item_of(reader, "국회 예산안 처리")
    with torch.inference_mode():
        batch = {name: torch.tensor([value]) for name, value in item.items() if name == "input_ids"}
        layer_TD = reader.encoder(batch["input_ids"], torch.ones_like(batch["input_ids"])).layers_BTD[0][0]
    ones = torch.ones(layer_TD.shape[1])
    found = contributions(Pooled(reader, Cell("mean", (0,))), item, lambda vectors: vectors @ ones)
    whole = layer_TD.mean(dim=0)
    for place in range(len(layer_TD)):
        without = (layer_TD.sum(dim=0) - layer_TD[place]) / (len(layer_TD) - 1)
        lost = 1 - float(torch.cosine_similarity(without, whole, dim=0))
        assert found.vector["leave_one_out"][place] == pytest.approx(lost, abs=1e-5)
        assert found.prediction["leave_one_out"][place] == pytest.approx(
            float((whole - without).sum()), abs=1e-4
        )
    # At the embeddings nothing has been mixed: every token has an even share.
    np.testing.assert_allclose(found.vector["rollout"], 1 / len(layer_TD), atol=1e-6)


@pytest.mark.parametrize("family", ["bert", "xlnet", "gpt2", "modernbert"])
def test_every_method_speaks_of_every_token_whatever_the_family(tmp_path: Path, family: str) -> None:
    folder = write_family(tmp_path / family, family)
    reader = reader_of(run_of(["model=local", f"model.checkpoint={folder}"], tmp_path / "run"))
    before = reader.backbone.config._attn_implementation
    for cell in (Cell("mean", (2,)), Cell("cls", (4,)), Cell("max", (3,)), Cell("first_last", (1, 4))):
        item = item_of(reader, headlines()[0])
        found = contributions(Pooled(reader, cell), item, lambda vectors: vectors.sum(dim=-1))
        count = len(item["input_ids"])
        columns = [*found.vector.values(), *found.prediction.values()]
        assert {len(values) for values in columns} == {count}
        assert all(np.isfinite(values).all() for values in columns)
        if "rollout" in found.vector:
            assert found.vector["rollout"].sum() == pytest.approx(1, abs=1e-4)
    assert reader.backbone.config._attn_implementation == before


def test_a_causal_rollout_sees_no_later_token(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "gpt2", "gpt2")
    reader = reader_of(run_of(["model=local", f"model.checkpoint={folder}"], tmp_path / "run"))
    item = item_of(reader, headlines()[0])
    batch = {name: torch.tensor([value]) for name, value in item.items()}
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    shares = rollout(reader, batch, Cell("cls", (4,)))
    assert shares is not None
    np.testing.assert_allclose(shares[1:], 0, atol=1e-7)


@pytest.mark.slow
def test_a_report_counts_shares_and_colours_sentences(tmp_path: Path) -> None:
    run = run_of([], tmp_path / "run")
    reader = reader_of(run)
    rows = [(text, None, str(index // 3 % 2)) for index, text in enumerate(headlines()[:80])]
    corpus = corpus_of(rows, Objective.classification, ["0", "1"])
    measures = measures_of(TaskConfig(name="t", objective=Objective.classification), corpus)
    cell = Cell("mean", (2,))
    with vectors_of(reader, corpus.texts, run, POOLINGS) as vectors:
        looked = look_at_tokens(reader, cell, vectors.of("mean", (2,)), measures, 6, 0, "")
    told = summary(looked, cell)
    assert told["sentences"] == 6
    for column in told["agreement"]:
        assert told["agreement"][column][column] == pytest.approx(1), column
    for item in looked:
        assert "".join(item.tokens[1:-1]) == item.text.replace(" ", "")
        assert item.special == [True, *[False] * (len(item.tokens) - 2), True]
    lines = as_lines(looked)
    assert lines[0]["tokens"][0]["token"] == "[CLS]"
    page = token_html(looked, told)
    assert looked[0].tokens[1] in page
    assert "rgba(" in page
    assert draw_tokens(told, tmp_path / "tokens.png").stat().st_size > 5000


@pytest.mark.slow
def test_particles_and_endings_are_told_from_stems() -> None:
    pytest.importorskip("kiwipiepy")
    analyse = analyser()
    assert analyse is not None
    text = "한국은행이 금리를 동결했다"
    spans = [(0, 0), (0, 4), (4, 5), (6, 8), (8, 9), (6, 9), (10, 14)]
    noun, verb = "noun", "stem of a verb or adjective"
    found = parts_of(text, spans, analyse)
    assert found[:6] == [None, noun, "josa", noun, "josa", "stem with josa or ending"]
    assert found[6] == "stem with josa or ending"
    assert parts_of(f"query: {text}", [(0, 5), (7, 11)], analyse, prefix_length=7) == [
        "prefix of the study",
        noun,
    ]
    assert [part_of_tag(tag) for tag in ("JKS", "EF", "VV-I", "MAG", "SF")] == [
        "josa", "ending", verb, "adverb or other word", "sign or number"]  # fmt: skip


def test_without_the_analyser_the_report_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    run = run_of([], tmp_path / "run")
    reader = reader_of(run)
    rows = [(text, None, str(index // 3 % 2)) for index, text in enumerate(headlines()[:80])]
    corpus = corpus_of(rows, Objective.classification, ["0", "1"])
    measures = measures_of(TaskConfig(name="t", objective=Objective.classification), corpus)
    with vectors_of(reader, corpus.texts, run, POOLINGS) as vectors:
        looked = look_at_tokens(reader, Cell("cls", (2,)), vectors.of("cls", (2,)), measures, 2, 0, "")
    told = summary(looked, Cell("cls", (2,)))
    assert "part" not in told
    page = token_html(looked, told)
    assert "kiwipiepy" in page
    assert looked[0].tokens[1] in page
    assert as_lines(looked)[0]["tokens"][0]["token"] == "[CLS]"
