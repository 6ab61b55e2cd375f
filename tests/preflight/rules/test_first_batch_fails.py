"""TRAIN020: a few of the run's own rows, as the training would take them."""

import math
from pathlib import Path

import numpy as np
import pytest

from checkpoints import edit_weights, local, tiny_copy
from haechi.compose import compose
from haechi.preflight.check import check
from haechi.preflight.depth import DepthReport, FirstBatch, Stage
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TRAIN020"
DEEP = "preflight.deep=true"
SPOILT = "encoder.layer.1.output.dense.weight"


def example(tmp_path: Path) -> list[str]:
    """A checkpoint with one number that is none."""
    folder = tiny_copy(tmp_path / "checkpoint")

    def spoil(tensors: dict[str, np.ndarray]) -> None:
        tensors[SPOILT][3, 5] = np.nan

    edit_weights(folder, spoil)
    return [*local(folder), DEEP]


def judged(found: FirstBatch) -> list[tuple[str, str]]:
    """Code and severity of what is said of a measurement."""
    composed = compose([])
    verdict = check(Evidence(resolve(composed, composed.hydra), depth=DepthReport(batch=found)))
    return [(item.code, item.severity.value) for item in verdict.diagnostics]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert "`nan`" in found.message
    assert SPOILT in found.notes[1]
    assert_fixes_clear(overrides, CODE)
    assert codes(overrides[:-1]) == []


def test_what_stops_the_model_is_told(tmp_path: Path) -> None:
    # Chunks of feed-forward layers must divide the length, and no header tells whether they do.
    folder = tiny_copy(tmp_path / "checkpoint")
    overrides = [*local(folder), "+model.config.chunk_size_feed_forward=7", DEEP]
    found = assert_only(overrides, CODE)
    assert "when the batch goes through the model: ValueError: The dimension" in found.message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("pooling", ["mean", "cls", "attention", "last_four", "mean pooling.layer=1"])
def test_a_fit_run_passes(pooling: str) -> None:
    choice, *more = f"pooling={pooling}".split()
    assert CODE not in codes([choice, *more, DEEP])


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        (FirstBatch(4, 20, loss=1.9), None),
        (FirstBatch(4, 20, loss=math.inf), "error"),
        (FirstBatch(4, 20, error="ValueError", stage=Stage.build), "error"),
        (FirstBatch(4, 20, loss=1.9, infinite_gradients=("head.linear.bias",)), "error"),
        (FirstBatch(4, 20, loss=1.9, learning=9, untouched=("head.linear.bias",)), "warning"),
        (FirstBatch(4, 20, loss=1.9, learning=2, untouched=("encoder.x",)), "warning"),
        (FirstBatch(4, 20, loss=1.9, learning=9, untouched=("encoder.x",)), "note"),
    ],
)
def test_how_bad_it_is(found: FirstBatch, severity: str | None) -> None:
    assert judged(found) == ([] if severity is None else [(CODE, severity)])


def test_scores_that_float32_cannot_hold(tmp_path: Path) -> None:
    rows = [f"문장 {number},{number}e38" for number in range(8, 20)]
    file = write_rows(tmp_path / "scores.csv", "\n".join(["text,label", *rows, ""]))
    overrides = [*files_task(file), "task.objective=regression", DEEP]
    assert "`inf`" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)
