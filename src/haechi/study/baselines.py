"""What keeps one honest: scores of the same rows without a single layer of the encoder."""

from typing import Any

import numpy as np
from scipy import sparse

from haechi.schema.task import Objective
from haechi.study.measures import Measures, Scores, retrieval
from haechi.study.scores import Mean
from haechi.study.sentences import Rows
from haechi.study.similarity import cosines

# Shape suffixes: N sentences, R rows, F features.

TFIDF, MAJORITY, STATIC = "tfidf", "majority", "static_vectors"
FOLDS = 3
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
LONGEST_GRAM = 3
SEED = 0


def majority(measures: Measures) -> Scores:
    """Scores of an answer that is the same for every row: the commonest class, the mean, any order."""
    corpus, found = measures.corpus, Scores()
    rows, known_R = corpus.validation, corpus.train.targets_R
    if rows.targets_R is not None and known_R is not None:
        if corpus.labels is not None:
            commonest = int(np.bincount(known_R).argmax())
            found |= measures.decided(np.full(len(rows), commonest), rows)
        else:
            found |= measures.compared(np.full(len(rows), known_R.mean()), rows)
    if rows.second_R is not None and len(measures.asked_R):
        count = len(np.unique(rows.second_R))
        harmonic = float(np.sum(1 / np.arange(1, count + 1)))
        asked = len(measures.asked_R)
        found["mrr"] = Mean(np.full(asked, harmonic / count))
        found["recall_at_1"] = Mean(np.full(asked, 1 / count))
    return found


def tfidf(measures: Measures) -> Scores:
    """Scores of TF-IDF over runs of up to three characters within words, with a linear model.

    Characters, since Korean words come with particles that whole words would make different; the weights
    are those of the train rows' sentences.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    corpus, found = measures.corpus, Scores()
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, LONGEST_GRAM), sublinear_tf=True)
    known = corpus.train.first_R
    if corpus.train.second_R is not None:
        known = np.concatenate([known, corpus.train.second_R])
    texts = corpus.texts
    vectorizer.fit([texts[index] for index in np.unique(known)])
    units_NF = sparse.csr_matrix(vectorizer.transform(texts))
    rows = corpus.validation
    if measures.uses_probe:
        found |= _linear(measures, units_NF)
    if rows.second_R is not None:
        if corpus.objective is Objective.regression:
            found |= measures.compared(cosines(units_NF, rows), rows)
        found |= retrieval(units_NF, rows, measures.asked_R)
    return found


def _linear(measures: Measures, units_NF: Any) -> Scores:
    """A linear model on the features, its strength chosen on folds of the train rows."""
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import LinearSVC

    corpus = measures.corpus
    train, rows = corpus.train, corpus.validation
    assert train.targets_R is not None
    if corpus.labels is None:
        model: Any = GridSearchCV(Ridge(solver="lsqr"), {"alpha": STRENGTHS}, cv=FOLDS)
    else:
        model = LinearSVC(random_state=SEED, dual="auto")
        if np.bincount(train.targets_R)[np.unique(train.targets_R)].min() >= FOLDS:
            model = GridSearchCV(model, {"C": STRENGTHS}, cv=FOLDS)
    model.fit(_features(units_NF, train), train.targets_R)
    answers_R = model.predict(_features(units_NF, rows))
    if corpus.labels is None:
        return measures.compared(answers_R, rows, "probe_" if corpus.is_paired else "")
    return measures.decided(answers_R, rows)


def _features(units_NF: Any, rows: Rows) -> Any:
    first_RF = units_NF[rows.first_R]
    if rows.second_R is None:
        return first_RF
    second_RF = units_NF[rows.second_R]
    return sparse.hstack([first_RF, second_RF, abs(first_RF - second_RF)], format="csr")
