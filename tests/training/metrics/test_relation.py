"""Metrics of relations: by hand, and against a count that uses no library."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, auc, f1_score, precision_recall_curve

from haechi.training.metrics.relation import area_under_precision_recall, relation_metrics

LABELS = ["no_relation", "per:title", "org:members"]


def one_hot(classes: list[int]) -> np.ndarray:
    return 5.0 * np.eye(3)[classes]


def test_no_relation_neither_helps_nor_hurts_by_itself() -> None:
    # Right: one title of two, one member of one. Wrong: a title found where there is no relation.
    targets = np.array([0, 0, 0, 1, 1, 2])
    found = relation_metrics(one_hot([0, 0, 1, 1, 0, 2]), targets, LABELS)
    # Found 3 relations of which 2 are right; there are 3.
    assert found["micro_f1"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(4 / 6)
    # no_relation: 2/3 and 2/3. title: 1/2 and 1/2. members: 1 and 1.
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    more = relation_metrics(one_hot([0, 0, 1, 1, 0, 2, *[0] * 50]), np.append(targets, [0] * 50), LABELS)
    assert more["micro_f1"] == found["micro_f1"]


def test_without_such_a_class_it_is_plain_micro_f1() -> None:
    found = relation_metrics(one_hot([0, 1, 2, 2]), np.array([0, 1, 2, 0]), ["가", "나", "다"])
    assert found["micro_f1"] == pytest.approx(found["accuracy"]) == pytest.approx(3 / 4)


def test_where_nothing_but_no_relation_occurs_the_score_is_0() -> None:
    assert relation_metrics(one_hot([0, 0]), np.array([0, 0]), LABELS)["micro_f1"] == 0.0


def test_the_area_by_hand() -> None:
    # Scores of class 0 in falling order: true, false, true. Points (recall, precision) of the thresholds:
    # (1, 2/3), (1/2, 1/2), (1/2, 1), and (0, 1) at the end. Trapezoids: 7/24 + 0 + 1/2.
    logits = np.log(np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]))
    targets = np.array([0, 1, 0])
    # Class 1 in falling order: false, true, false: (1, 1/3), (1, 1/2), (0, 0), (0, 1).
    expected = (7 / 24 + 1 / 2 + 1 / 4) / 2
    assert area_under_precision_recall(logits, targets) == pytest.approx(expected)


def test_the_area_against_a_count_of_every_threshold() -> None:
    draw = np.random.Generator(np.random.PCG64(0))
    logits, targets = draw.normal(size=(200, 3)), draw.integers(0, 3, 200)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    areas = []
    for index in range(3):
        true = targets == index
        points = [(0.0, 1.0)]
        for threshold in sorted(shares[:, index], reverse=True):
            found = shares[:, index] >= threshold
            hits = (found & true).sum()
            points.append((hits / true.sum(), hits / found.sum()))
        areas.append(
            sum((right - left) * (low + high) / 2 for (left, low), (right, high) in pairwise(points))
        )
    assert area_under_precision_recall(logits, targets) == pytest.approx(np.mean(areas))


def test_a_class_without_a_true_row_is_left_out() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]]))
    assert area_under_precision_recall(logits, np.array([0, 1])) == pytest.approx(1.0)


@pytest.mark.parametrize("labels", [["no_relation", *"가나다라"], [*"가나", "no_relation"], [*"가나다"]])
def test_random_predictions_against_scikit_learn_as_klue_calls_it(labels: list[str]) -> None:
    chance = np.random.Generator(np.random.PCG64(len(labels)))
    classes = len(labels)
    counted = [index for index, label in enumerate(labels) if label != "no_relation"]
    without = 0
    for _ in range(200):
        rows, seen = int(chance.integers(1, 50)), int(chance.integers(1, classes + 1))
        targets = chance.choice(chance.permutation(classes)[:seen], rows)
        logits = chance.normal(size=(rows, classes)) + chance.choice([0, 3]) * np.eye(classes)[targets]
        if chance.random() < 0.2:
            logits[:] = logits[0]
        if chance.random() < 0.2:
            logits[:, 0] += 100
        found, predicted = relation_metrics(logits, targets, labels), logits.argmax(-1)
        assert found["micro_f1"] == pytest.approx(
            f1_score(targets, predicted, labels=counted, average="micro", zero_division=0)
        )
        assert found["macro_f1"] == pytest.approx(
            f1_score(targets, predicted, average="macro", zero_division=0)
        )
        assert found["accuracy"] == pytest.approx(accuracy_score(targets, predicted))
        shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        areas = []
        for index in range(classes):
            true = np.eye(classes)[targets][:, index]
            if true.any():
                precision, recall, _ = precision_recall_curve(true, shares[:, index])
                areas.append(auc(recall, precision))
        assert found["auprc"] == pytest.approx(np.mean(areas))
        without += len(areas) < classes
    assert without > 0
