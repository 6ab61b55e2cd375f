"""TOK020: what a small model that has learned masked words makes of its own tokenizer, and of others."""

import random
from pathlib import Path
from typing import Any

import pytest

from checkpoints import edit_json, local, tiny_copy, tokenizer_of
from haechi.compose import compose
from haechi.preflight.check import check
from haechi.preflight.depth import DepthReport, Fault, MaskedWords
from haechi.preflight.evidence import Evidence
from haechi.preflight.rules.masked_words_unlikely import LEAST_WORDS
from haechi.resolve import resolve
from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of
from masked_language import masked_language_model

CODE = "TOK020"
DEEP = "preflight.deep=true"


def permute(folder: Path) -> Path:
    """Give every ordinary entry another one's id; size and special tokens stay."""

    def change(content: dict[str, Any]) -> None:
        vocabulary = content["model"]["vocab"]
        ids = [index for index in vocabulary.values() if index >= 5]
        moved = dict(zip(ids, random.Random(0).sample(ids, len(ids)), strict=True))
        vocabulary |= {token: moved.get(index, index) for token, index in vocabulary.items()}

    edit_json(folder / "tokenizer.json", change)
    return folder


def example(tmp_path: Path) -> list[str]:
    """A checkpoint whose tokenizer was overwritten by one of the same size."""
    return [*local(permute(masked_language_model(tmp_path / "checkpoint"))), DEEP]


def judged(found: MaskedWords | Fault | None, *more: str) -> list[tuple[str, str]]:
    """Code and severity of what is said of a measurement."""
    composed = compose(list(more))
    report = DepthReport(masked_words=found)
    verdict = check(Evidence(resolve(composed, composed.hydra), depth=report))
    return [(item.code, item.severity.value) for item in verdict.diagnostics]


def words(put_right: float, gain: float, count: int = 200) -> MaskedWords:
    """A measurement with a vocabulary of one entry, so that the logarithm is the gain."""
    return MaskedWords(count, put_right, 0.03, 0.0, gain, 1)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert_fixes_clear(overrides, CODE)
    assert CODE not in codes([item for item in overrides if item != DEEP])


def test_the_tokenizer_of_the_training_passes(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    assert codes([*local(folder), DEEP]) == []


def test_a_tokenizer_elsewhere_is_told_where_the_checkpoint_has_none(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    right = tokenizer_of(folder, tmp_path / "right")
    wrong = permute(tokenizer_of(folder, tmp_path / "wrong"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    overrides = [*local(folder), "tokenizer=local", DEEP]
    assert codes([*overrides, f"tokenizer.source={right}"]) == []
    found = finding([*overrides, f"tokenizer.source={wrong}"], CODE)
    assert found.severity.value == "error"
    assert "tokenizer.source" in {key.key for key in found.keys}


def test_a_wanted_crossing_is_a_warning(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "tokenizer.allow_cross=true"]
    assert finding(overrides, CODE).severity.value == "warning"
    assert not verdict_of(overrides).refused


def test_weights_drawn_anew_know_no_tokenizer(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), "model.init=scratch"])


def test_a_checkpoint_without_a_head_only_gets_a_note(tmp_path: Path) -> None:
    found = assert_only([*local(tiny_copy(tmp_path / "checkpoint")), DEEP], CODE)
    assert found.severity.value == "note"
    assert codes(local(tmp_path / "checkpoint")) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (words(0.50, -2.0), [(CODE, "error")]),
        (words(0.74, -0.51), [(CODE, "error")]),
        # As good as a blind guess: weights that were never trained.
        (words(0.50, -0.05), [(CODE, "warning")]),
        (words(0.50, -0.25), [(CODE, "warning")]),
        (words(0.50, 0.05), [(CODE, "warning")]),
        # Hardly trained: the words' frequencies are known, their contexts not yet.
        (words(0.55, 1.0), []),
        (words(0.76, -0.5), []),
        (words(0.95, 6.0), []),
        (words(0.50, -2.0, LEAST_WORDS), [(CODE, "error")]),
        (words(0.50, -2.0, LEAST_WORDS - 1), [(CODE, "note")]),
        (Fault("MemoryError: "), [("ENV900", "warning")]),
        (None, []),
    ],
)
def test_both_measures_have_to_agree(found: MaskedWords | Fault | None, said: list[tuple[str, str]]) -> None:
    assert judged(found) == said


def test_a_wanted_crossing_lowers_an_error_only() -> None:
    assert judged(words(0.5, -2.0), "tokenizer.allow_cross=true") == [(CODE, "warning")]
    assert judged(words(0.5, -0.05), "tokenizer.allow_cross=true") == [(CODE, "warning")]
