"""A metric of rows that count several times is the task's metric of the rows written out that often."""

from typing import Any

import numpy as np
import pytest

from haechi.report.judged_rows import JudgedRows
from haechi.report.weighted import build_statistic
from haechi.rows.examples import Answer, QuestionExample, TaggedExample
from haechi.training.metrics.classes import class_metrics
from haechi.training.metrics.relation import relation_metrics
from haechi.training.metrics.scores import score_metrics
from haechi.training.metrics.spans import span_metrics
from haechi.training.metrics.tags import tag_metrics

ROWS, RESAMPLES = 40, 25


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def counts_of(rng: np.random.Generator) -> np.ndarray:
    """How often each row counts; the first time once each."""
    drawn = rng.multinomial(ROWS, np.full(ROWS, 1 / ROWS), RESAMPLES)
    return np.vstack([np.ones(ROWS), drawn]).astype(np.float32)


def check(rows: JudgedRows, counts: np.ndarray, names: list[str], expected: Any) -> None:
    """`expected` gives the metrics of the rows at some places."""
    statistics = {name: build_statistic(name, rows) for name in names}
    for resample in counts:
        places = np.repeat(np.arange(ROWS), resample.astype(int))
        wanted = expected(places)
        for name, statistic in statistics.items():
            assert statistic is not None, name
            # A class that is in no row of the resample has no F1 in some metrics.
            assert statistic(resample[None])[0] == pytest.approx(wanted.get(name, 0.0), abs=2e-6), name


@pytest.mark.parametrize("objective", ["classification", "pair_classification", "relation"])
def test_classes(rng: np.random.Generator, objective: str) -> None:
    # Of the last class there is no row, and it is never found; scores are tied now and then.
    labels = ["no_relation", "소속", "per:title", "org:founded", "none"]
    logits = np.round(rng.normal(size=(ROWS, 5)), 1) - np.array([0, 0, 0, 0, 50])
    targets = rng.integers(0, 4, ROWS)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    predicted = [labels[index] for index in logits.argmax(axis=1)]
    rows = JudgedRows(objective, "key", [labels[index] for index in targets], predicted, labels, shares)
    names = ["accuracy", "macro_f1", "f1/소속", "f1/none"]
    names += ["micro_f1", "auprc"] if objective == "relation" else []
    metrics = relation_metrics if objective == "relation" else class_metrics
    check(rows, counts_of(rng), names, lambda places: metrics(logits[places], targets[places], labels))


def test_scores(rng: np.random.Generator) -> None:
    true = np.round(rng.uniform(0, 5, ROWS), 1)
    found = np.round(true + rng.normal(0, 1, ROWS), 1)
    rows = JudgedRows("regression", "key", list(true), list(found), (), None, 3.0)
    names = ["pearsonr", "spearmanr", "mse", "f1"]
    check(rows, counts_of(rng), names, lambda places: score_metrics(found[places], true[places], 3.0))


def test_a_correlation_that_is_not_defined_is_zero() -> None:
    rows = JudgedRows("regression", "key", [1.0, 2.0, 3.0], [0.5, 0.5, 0.5], ())
    counts = np.array([[1, 1, 1], [3, 0, 0]], dtype=np.float32)
    for name in ("pearsonr", "spearmanr"):
        statistic = build_statistic(name, rows)
        assert statistic is not None
        assert statistic(counts).tolist() == [0.0, 0.0]


def test_tags(rng: np.random.Generator) -> None:
    labels = ["O", "B-PS", "I-PS", "B-LC", "I-LC", "B-QT", "I-QT"]
    # QT is never there and never found; some I- begin without a B-.
    sides = [[[labels[tag] for tag in rng.choice(5, size, p=[0.5, 0.15, 0.15, 0.1, 0.1])]
              for size in np.random.default_rng(1).integers(1, 9, ROWS)] for _ in range(2)]  # fmt: skip
    examples = [
        TaggedExample(row, None, None, None, ["가"] * len(tags), tags) for row, tags in enumerate(sides[0])
    ]
    rows = JudgedRows(
        "token_classification",
        "key",
        [tuple(tags) for tags in sides[0]],
        [tuple(tags) for tags in sides[1]],
        labels,
    )
    names = ["entity_macro_f1", "entity_micro_f1", "char_macro_f1", "char_macro_f1_without_o", "f1/PS"]
    check(
        rows, counts_of(rng), names,
        lambda places: tag_metrics([examples[at] for at in places], [sides[1][at] for at in places], labels),
    )  # fmt: skip


def test_answers(rng: np.random.Generator) -> None:
    words = ["오동나무", "나무", "대나무 채", "가죽", ""]
    golds = [[words[at] for at in rng.choice(4, rng.integers(0, 3))] for _ in range(ROWS)]
    predicted = [words[at] for at in rng.integers(0, 5, ROWS)]
    examples = [
        QuestionExample(row, "?", "!", None, str(row), tuple(Answer(0, text) for text in texts), not texts)
        for row, texts in enumerate(golds)
    ]
    rows = JudgedRows("span", "key", golds, predicted, ())
    names = ["exact_match", "rouge_w", "rouge_w_exact", "char_f1"]
    check(
        rows, counts_of(rng), names,
        lambda places: span_metrics([examples[at] for at in places], [predicted[at] for at in places]),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["loss", "f1/nobody", "pearsonr", "exact_match"])
def test_what_predictions_do_not_give_has_no_statistic(name: str) -> None:
    rows = JudgedRows("classification", "key", ["a"], ["a"], ["a", "b"], np.array([[0.9, 0.1]]))
    assert build_statistic(name, rows) is None
