"""Padding and label types of a batch."""

import torch

from haechi.data.collate import Collator


def test_rows_are_padded_to_the_longest_with_the_given_id() -> None:
    rows = [
        {"input_ids": [2, 9, 3], "token_type_ids": [0, 0, 0], "labels": 1},
        {"input_ids": [2, 9, 8, 7, 3], "token_type_ids": [0, 0, 0, 1, 1], "labels": 0},
    ]
    batch = Collator(pad_token_id=1)(rows)
    assert batch["input_ids"].tolist() == [[2, 9, 3, 1, 1], [2, 9, 8, 7, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]
    assert batch["labels"].dtype is torch.int64


def test_marks_of_tokens_are_padded_and_positions_are_not() -> None:
    rows = [
        {"input_ids": [2, 9, 3], "special_tokens_mask": [1, 0, 1], "entity_starts": (1, -1)},
        {"input_ids": [2, 9, 8, 3], "special_tokens_mask": [1, 0, 0, 1], "entity_starts": (2, 1)},
    ]
    batch = Collator(0)(rows)
    assert batch["special_tokens_mask"].tolist() == [[1, 0, 1, 0], [1, 0, 0, 1]]
    assert batch["entity_starts"].tolist() == [[1, -1], [2, 1]]


def test_scores_are_float() -> None:
    batch = Collator(0)([{"input_ids": [2, 3], "labels": 2.5}])
    assert batch["labels"].dtype is torch.float32


def test_labels_of_tokens_are_padded_with_what_no_loss_counts() -> None:
    rows = [
        {"input_ids": [2, 9, 3], "labels": [-100, 4, -100]},
        {"input_ids": [2, 9, 8, 7, 3], "labels": [-100, 1, 2, 0, -100]},
    ]
    batch = Collator(0)(rows)
    assert batch["labels"].tolist() == [[-100, 4, -100, -100, -100], [-100, 1, 2, 0, -100]]


def test_the_two_positions_of_a_span_stay_as_they_are() -> None:
    rows = [{"input_ids": [2, 3], "labels": (0, 0)}, {"input_ids": [2, 9, 8, 3], "labels": (1, 2)}]
    assert Collator(0)(rows)["labels"].tolist() == [[0, 0], [1, 2]]


def test_a_second_input_has_a_length_of_its_own() -> None:
    rows = [
        {"input_ids": [2, 9, 3], "pair_input_ids": [2, 3], "pair_token_type_ids": [0, 0], "labels": 1.0},
        {"input_ids": [2, 3], "pair_input_ids": [2, 7, 8, 3], "pair_token_type_ids": [0] * 4, "labels": 2.0},
    ]
    batch = Collator(pad_token_id=1)(rows)
    assert batch["input_ids"].tolist() == [[2, 9, 3], [2, 3, 1]]
    assert batch["pair_input_ids"].tolist() == [[2, 3, 1, 1], [2, 7, 8, 3]]
    assert batch["pair_attention_mask"].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert batch["pair_token_type_ids"].shape == (2, 4)
