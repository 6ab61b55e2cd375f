"""Metrics of classes against hand-worked values."""

import numpy as np
import pytest

from haechi.training.metrics.classes import class_metrics

LABELS = ["가", "나", "다"]


def test_macro_f1_by_hand() -> None:
    found = class_metrics(np.eye(3)[[0, 0, 1, 1]], np.array([0, 1, 1, 1]), LABELS)
    # 가: precision 1/2, recall 1. 나: precision 1, recall 2/3. 다 occurs nowhere and counts 0.
    assert found["f1/가"] == pytest.approx(2 / 3)
    assert found["f1/나"] == pytest.approx(4 / 5)
    assert found["f1/다"] == 0.0
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 3)
    assert found["accuracy"] == pytest.approx(3 / 4)
