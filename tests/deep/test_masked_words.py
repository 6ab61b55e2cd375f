"""Masked words: the arithmetic of pairs, which tokens are masked, which checkpoints have a head."""

import math
import random
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM

from checkpoints import edit_json, edit_weights, tiny_copy, tokenizer_of
from haechi.deep.masked_words import (
    MOST_ROWS,
    TOKENS_PER_MASK,
    compare_pairs,
    draw_rows,
    load_masked_word_model,
    try_masked_words,
)
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import PROBES
from masked_language import headlines, masked_language_model

NEVER = -1e9


def test_pairs_are_counted_by_hand() -> None:
    scores = torch.tensor([[-1.0, -2.0, -5.0], [-3.0, -1.0, -1.0], [-2.0, -9.0, -4.0]])
    # Right minus wrong order: (1, 2): -2 + 5, (1, 3): -5 + 7, (2, 3): -5 + 10.
    found = compare_pairs(scores, torch.tensor([7, 8, 9]), 100)
    assert found.put_right == 1.0
    assert found.margin == pytest.approx((3 + 2 + 5) / 3 / 2)
    assert found.log_probability == pytest.approx(-2.0)
    assert found.gain == pytest.approx(-2.0 + math.log(100))
    assert found.words == 3


def test_how_frequent_a_token_is_makes_no_difference() -> None:
    # Every place likes token 1 best: no pair is put right by that, and none wrong.
    scores = torch.tensor([[-1.0, -8.0, -5.0]] * 3)
    found = compare_pairs(scores, torch.tensor([1, 2, 3]), 100)
    assert (found.put_right, found.margin) == (0.5, 0.0)


def test_the_same_token_twice_is_no_pair() -> None:
    scores = torch.tensor([[-1.0, NEVER, -5.0], [NEVER, -1.0, -5.0], [-5.0, -5.0, -1.0]])
    found = compare_pairs(scores, torch.tensor([1, 1, 2]), 100)
    assert (found.put_right, found.margin) == (1.0, 4.0)


def test_ordinary_tokens_that_occur_once_are_masked(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    texts = [*headlines()[:50], "가 가 나 나", "뷁뷁"]
    rows = draw_rows(tokenizer, texts, 32, random.Random(0))
    assert len(rows) <= MOST_ROWS
    special = {tokenizer.id(role) for role in ("cls", "sep", "pad", "unk", "mask")}
    for ids, segments, places in rows:
        assert len(segments) == len(ids) <= 32
        assert 1 <= len(places) <= max(1, len(ids) // TOKENS_PER_MASK)
        for place in places:
            assert ids[place] not in special
            assert ids.count(ids[place]) == 1
    assert [len(ids) for ids, _, _ in rows] == sorted(len(ids) for ids, _, _ in rows)


def test_few_texts_are_masked_several_times(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    assert len(draw_rows(tokenizer, PROBES, 32, random.Random(0))) == 8 * len(PROBES)


def test_texts_without_a_token_to_mask_give_nothing(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    model, tokenizer = load_masked_word_model(folder), build_tokenizer(folder)
    assert model is not None
    assert try_masked_words(model, tokenizer, ["가 가", ""], token_type_ids=True) is None


def test_the_right_vocabulary_is_told_from_one_of_the_same_size(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    shifted = tokenizer_of(folder, tmp_path / "shifted")

    def shift(content: dict) -> None:
        vocabulary = content["model"]["vocab"]
        size = len(vocabulary) - 5
        vocabulary |= {token: 5 + (index - 4) % size for token, index in vocabulary.items() if index >= 5}

    edit_json(shifted / "tokenizer.json", shift)
    model, texts = load_masked_word_model(folder), headlines()
    assert model is not None
    right = try_masked_words(model, build_tokenizer(folder), texts, token_type_ids=True)
    wrong = try_masked_words(model, build_tokenizer(shifted), texts, token_type_ids=True)
    assert right is not None
    assert wrong is not None
    assert right.put_right - 3 * right.error > wrong.put_right + 3 * wrong.error
    assert right.gain > 0 > wrong.gain
    assert wrong.put_right == pytest.approx(0.5, abs=4 * wrong.error)


def test_a_checkpoint_without_a_head_has_no_model(tmp_path: Path) -> None:
    assert load_masked_word_model(tiny_copy(tmp_path / "checkpoint")) is None


def test_half_a_head_is_none(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    edit_weights(
        folder,
        lambda tensors: {name: value for name, value in tensors.items() if "transform.dense" not in name},
    )
    assert load_masked_word_model(folder) is None


def test_the_model_is_that_of_transformers(tmp_path: Path) -> None:
    folder = masked_language_model(tmp_path / "checkpoint")
    ours, theirs = load_masked_word_model(folder), AutoModelForMaskedLM.from_pretrained(folder).eval()
    ids = torch.tensor([[2, 100, 4, 3]])
    assert ours is not None
    assert not ours.training
    assert torch.equal(ours(ids).logits, theirs(ids).logits)
