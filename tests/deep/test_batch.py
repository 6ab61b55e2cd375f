"""The first batch: the run's own rows, and what ends it."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import edit_weights, local, tiny_copy, with_pooler
from examining import evidence_of
from families import FAMILIES, write_family
from haechi.deep.batch import try_first_batch
from haechi.preflight.depth import FirstBatch, Stage
from judging import files_task, good_file, write_rows
from tasks import pair_task, relation_task, span_task, tagged_task


def tried(*overrides: str) -> FirstBatch:
    """What is found of a run."""
    trial = try_first_batch(evidence_of(overrides))
    assert trial is not None
    assert trial.found is not None
    return trial.found


def test_a_fit_run_has_a_loss_near_that_of_a_guess() -> None:
    found = tried()
    assert found.error is None
    assert (found.untouched, found.infinite_weights, found.infinite_gradients) == ((), (), ())
    assert found.loss == pytest.approx(math.log(7), abs=1.0), "seven topics, nothing learned yet"


@pytest.mark.parametrize("task", [relation_task, span_task, tagged_task, pair_task])
def test_every_objective_has_a_batch(tmp_path: Path, task: Callable[..., list[str]]) -> None:
    found = tried(*task(tmp_path))
    assert found.error is None
    assert math.isfinite(found.loss or math.inf)
    assert (found.untouched, found.infinite_gradients) == ((), ())


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_tensor_of_every_family_learns(tmp_path: Path, family: str) -> None:
    found = tried(*local(write_family(tmp_path / "checkpoint", family)))
    assert found.error is None
    # Made without `pos_att_type`, by which DeBERTa uses its relative positions.
    unused = ("encoder.backbone.encoder.rel_embeddings.weight",) if family == "deberta-v2" else ()
    assert found.untouched == unused


def test_segments_that_nothing_tells_apart_need_not_learn(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "checkpoint", "xlnet")
    assert tried(*local(folder), "tokenizer.token_type_ids=false").untouched == ()


def test_the_longest_row_is_in_it(tmp_path: Path) -> None:
    lines = [f"{' '.join(['가'] * length)},{'ab'[length % 2]}" for length in (3, 9, 40, 5, 4, 6, 7, 8)]
    file = write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""]))
    found = tried(*files_task(file))
    assert (found.rows, found.longest) == (4, 42)


def test_rows_are_found_where_no_sample_was_drawn(tmp_path: Path) -> None:
    file = good_file(tmp_path)
    assert tried(*files_task(file), "preflight.sample_rows=0").rows == 4


def test_a_run_without_rows_cannot_be_tried(tmp_path: Path) -> None:
    assert try_first_batch(evidence_of(files_task(tmp_path / "missing.csv"))) is None


def test_a_pooler_that_nothing_reads_need_not_learn(tmp_path: Path) -> None:
    folder = with_pooler(tiny_copy(tmp_path / "checkpoint"))
    for pooling in ("mean", "pooler"):
        assert tried(*local(folder), f"pooling={pooling}").untouched == ()


def test_layers_above_the_pooled_one_need_not_learn() -> None:
    assert tried("pooling.layer=1").untouched == ()


def test_an_exception_is_an_answer(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_weights(
        folder, lambda tensors: {name: value for name, value in tensors.items() if "layer.1" not in name}
    )
    found = tried(*local(folder))
    assert found.error is not None
    assert found.error.startswith("NewTensors: 16 tensors")
    assert found.stage is Stage.build
    assert found.loss is None


def test_weights_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    folder, spoilt = tiny_copy(tmp_path / "checkpoint"), "embeddings.LayerNorm.weight"

    def spoil(tensors: dict) -> None:
        tensors[spoilt][0] = math.inf

    edit_weights(folder, spoil)
    found = tried(*local(folder))
    assert not math.isfinite(found.loss or 0.0)
    assert found.infinite_weights == (f"encoder.backbone.{spoilt}",)
