"""The deep check as a whole: what is measured when, and that nothing crashes."""

from pathlib import Path

import numpy as np
import pytest

import haechi.deep.examine as subject
from checkpoints import edit_json, edit_weights, local, tiny_copy
from examining import evidence_of
from haechi.deep.examine import NO_HEAD, NO_MASK, examine
from haechi.preflight.depth import DepthReport, Fault, FirstBatch, PaddingEffect, TensorAgreement
from haechi.preflight.evidence import Evidence
from haechi.preflight.judge import judge
from masked_language import masked_language_model
from running import run

DEEP = "preflight.deep=true"


def test_the_embedded_default_is_measured_whole() -> None:
    report = examine(evidence_of([]))
    assert report.tensors == TensorAgreement()
    assert isinstance(report.batch, FirstBatch)
    assert report.batch.error is None
    assert isinstance(report.padding, PaddingEffect)
    assert (report.masked_words, report.untestable) == (None, NO_HEAD)


def test_what_cannot_be_loaded_is_not_tried(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_weights(folder, lambda tensors: {k: v for k, v in tensors.items() if "layer.1" not in k})
    report = examine(evidence_of(local(folder)))
    assert isinstance(report.tensors, TensorAgreement)
    assert len(report.tensors.missing) == 16
    assert (report.batch, report.padding, report.masked_words, report.untestable) == (None,) * 4


def test_nothing_more_comes_of_weights_that_are_no_numbers(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    edit_weights(folder, lambda tensors: {k: v * np.nan for k, v in tensors.items()})
    report = examine(evidence_of(local(folder)))
    assert isinstance(report.batch, FirstBatch)
    assert not report.batch.succeeded
    assert (report.padding, report.masked_words, report.untestable) == (None, None, None)


def test_weights_drawn_anew_are_tried_but_compared_with_nothing() -> None:
    report = examine(evidence_of(["model.init=scratch"]))
    assert report.tensors is None
    assert isinstance(report.batch, FirstBatch)
    assert (report.masked_words, report.untestable) == (None, None)


def test_a_tokenizer_without_a_mask_cannot_be_tried(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(mask_token="[NONE]"))
    assert examine(evidence_of(local(folder))).untestable == NO_MASK


def test_a_fault_of_a_measurement_stays_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise MemoryError("of ours")

    monkeypatch.setattr(subject, "compare_tensors", break_off)
    monkeypatch.setattr(subject, "try_padding", break_off)
    report = examine(evidence_of([]))
    assert report.tensors == Fault("MemoryError: of ours")
    assert report.padding == Fault("MemoryError: of ours")
    assert isinstance(report.batch, FirstBatch)


def test_the_command_says_it_all(tmp_path: Path) -> None:
    done = run(tmp_path, DEEP, script="check")
    assert (done.returncode, done.stdout) == (0, "")
    assert "note[TOK020]" in done.stderr
    assert "fit to start" in done.stderr
    assert "Loading weights" not in done.stderr


def test_a_run_is_examined_before_it_starts(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_weights(folder, lambda tensors: {k: v for k, v in tensors.items() if "1.output" not in k})
    done = run(tmp_path, *local(folder), DEEP)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[MODEL020]" in done.stderr
    assert "refused: 1 error; nothing was trained" in done.stderr
    assert not (tmp_path / "sample_topic").exists()


class Examined:
    """Counts what is examined, and finds nothing."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, ...]] = []

    def __call__(self, evidence: Evidence) -> DepthReport:
        """A report of nothing, which reads what the real one reads."""
        evidence.note("model", "tokenizer", "pooling", "task")
        self.runs.append(evidence.whole.overrides)
        return DepthReport()


@pytest.mark.parametrize(
    ("overrides", "examined"),
    [
        ([DEEP], 1),
        ([], 0),
        ([DEEP, "pooling=pooler"], 0),
        ([DEEP, "tokenizer.max_length=8", "preflight.strict=true"], 0),
    ],
)
def test_only_a_fit_run_is_examined(overrides: list[str], examined: int) -> None:
    seen = Examined()
    judge(overrides, examine=seen)
    assert len(seen.runs) == examined


@pytest.mark.parametrize(
    ("overrides", "examined"),
    [
        (["pooling=cls,mean", "seed=1,2,3"], 2),
        (["pooling=cls,pooler"], 0),
        (["pooling=cls,mean,pooler", "preflight.skip_incompatible=true"], 2),
    ],
)
def test_jobs_of_a_sweep_that_are_equal_are_examined_once(overrides: list[str], examined: int) -> None:
    seen = Examined()
    verdicts = judge([DEEP, *overrides], multirun=True, examine=seen)
    assert len(seen.runs) == examined
    assert all(verdict.loaded or verdict.refused for verdict in verdicts) or not examined
