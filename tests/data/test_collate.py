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


def test_scores_are_float() -> None:
    batch = Collator(0)([{"input_ids": [2, 3], "labels": 2.5}])
    assert batch["labels"].dtype is torch.float32
