"""Scores of cells: pairs, retrieval, probes and baselines on rows that are known."""

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn.metrics import f1_score

from haechi.fault import RunFault
from haechi.schema.task import Objective, TaskConfig
from haechi.study import baselines
from haechi.study.measures import measures_of
from haechi.study.sentences import Rows, build_corpus
from haechi.study.similarity import cosines, partner_ranks, unit
from studying import corpus_of, examples_of

RNG = np.random.default_rng(0)


def rows_of(first: list[int], second: list[int]) -> Rows:
    return Rows([], np.array(first), np.array(second), None)


def test_the_cosine_of_pairs_and_spearman_are_those_of_scipy() -> None:
    rows = [(f"하나 {index}", f"둘 {index}", float(index % 6)) for index in range(80)]
    corpus = corpus_of(rows, Objective.regression, None)
    vectors = RNG.normal(size=(len(corpus.sentences), 12)).astype(np.float32)
    found = measures_of(TaskConfig(name="t", objective=Objective.regression), corpus).of(vectors)
    one, other = vectors[corpus.validation.first_R], vectors[corpus.validation.second_R]
    cosine = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    true = [float(example.label) for example in corpus.validation.examples]
    assert found["spearmanr"].value() == pytest.approx(stats.spearmanr(cosine, true).statistic, abs=1e-6)
    assert found["pearsonr"].value() == pytest.approx(stats.pearsonr(cosine, true).statistic, abs=1e-6)
    assert {"probe_spearmanr", "probe_pearsonr", "mrr", "recall_at_1"} < set(found)


def test_the_partners_rank_counts_what_is_nearer() -> None:
    vectors = unit(np.array([[1.0, 0.0], [1.0, 0.1], [1.0, 0.5], [0.0, 1.0]]))
    rows = rows_of([0, 0, 0], [3, 2, 1])
    # All three are partners of one sentence, so none is another one's mistake.
    assert partner_ranks(vectors, rows, np.arange(3)).tolist() == [1, 1, 1]
    rows = rows_of([0, 1], [3, 2])
    assert partner_ranks(vectors, rows, np.arange(2)).tolist() == [2, 1]


def test_candidates_that_are_equally_near_share_the_middle_rank() -> None:
    vectors = np.ones((5, 3)) / np.sqrt(3)
    assert partner_ranks(vectors, rows_of([0, 1], [2, 3]), np.array([0])).tolist() == [1.5]


def test_sparse_vectors_score_as_dense_ones() -> None:
    vectors = unit(RNG.random((30, 8)) * (RNG.random((30, 8)) > 0.5))
    rows = rows_of(list(range(15)), list(range(15, 30)))
    thin = sparse.csr_matrix(vectors)
    np.testing.assert_allclose(cosines(thin, rows), cosines(vectors, rows))
    asked = np.arange(15)
    assert partner_ranks(thin, rows, asked).tolist() == partner_ranks(vectors, rows, asked).tolist()


def topics(count: int = 200) -> list[tuple[str, None, str]]:
    words = {"정치": "국회 예산", "경제": "금리 주가"}
    kinds = [list(words)[index // 3 % 2] for index in range(count)]
    return [(f"{words[kind]} {index}", None, kind) for index, kind in enumerate(kinds)]


def test_baselines_of_classes_are_those_of_the_words_and_of_the_commonest() -> None:
    corpus = corpus_of(topics(), Objective.classification, ["정치", "경제"])
    measures = measures_of(TaskConfig(name="t", objective=Objective.classification), corpus)
    assert baselines.tfidf(measures)["accuracy"].value() == 1.0
    commonest = baselines.majority(measures)
    true = corpus.validation.targets_R
    answer = np.bincount(corpus.train.targets_R).argmax()
    assert commonest["accuracy"].value() == pytest.approx((true == answer).mean())
    f1 = f1_score(true, np.full(len(true), answer), average="macro")
    assert commonest["macro_f1"].value() == pytest.approx(f1)


def test_any_order_finds_a_partner_as_chance_has_it() -> None:
    rows = [(f"하나 {index}", f"둘 {index}", 5.0 if index % 2 else 0.0) for index in range(80)]
    corpus = corpus_of(rows, Objective.regression, None)
    measures = measures_of(TaskConfig(name="t", objective=Objective.regression, positive_from=0.0), corpus)
    chance = baselines.majority(measures)
    assert np.isnan(chance["spearmanr"].value())
    draws = [
        measures.of(np.random.default_rng(seed).normal(size=(len(corpus.sentences), 40)))["mrr"].value()
        for seed in range(40)
    ]
    assert chance["mrr"].value() == pytest.approx(np.mean(draws), abs=0.02)


def test_only_pairs_that_mean_the_same_are_looked_for() -> None:
    rows = [(f"하나 {index}", f"둘 {index}", float(index % 6)) for index in range(80)]
    corpus = corpus_of(rows, Objective.regression, None)
    task = TaskConfig(name="t", objective=Objective.regression, positive_from=3.0)
    labels = [example.label for example in corpus.validation.examples]
    assert measures_of(task, corpus).asked_R.tolist() == [i for i, label in enumerate(labels) if label >= 3]


def test_a_sentence_is_read_once_however_many_rows_have_it() -> None:
    rows = [("같은 글", f"다른 글 {index % 30}", 1.0 + index % 3) for index in range(80)]
    assert len(corpus_of(rows, Objective.regression, None).sentences) == 31


def test_too_few_rows_and_tags_are_refused() -> None:
    from haechi.rows.splits import Split

    few = Split("train", "", examples_of(["하나"] * 5))
    with pytest.raises(RunFault, match="train split has 5 rows"):
        build_corpus(few, few, Objective.classification, ["a"], "")
    with pytest.raises(RunFault, match="tagged tokens"):
        build_corpus(few, few, Objective.token_classification, ["O"], "")
