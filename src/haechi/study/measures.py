"""What is measured of a cell, by the kind of task; nothing is fine-tuned."""

from dataclasses import dataclass

import numpy as np

from haechi.schema.metric import chosen_metric
from haechi.schema.task import Objective, TaskConfig
from haechi.study import probe
from haechi.study.probe import Probe
from haechi.study.scores import F1, Mean, Pearson, Score, Spearman
from haechi.study.sentences import Corpus, Rows
from haechi.study.similarity import Matrix, cosines, partner_ranks, unit
from haechi.training.metrics.relation import NO_RELATION

# Shape suffixes: N sentences, R rows, D width, F features, C classes.

CLASSES = {Objective.classification, Objective.pair_classification, Objective.relation}
Scores = dict[str, Score]
MEANINGS = {
    "spearmanr": "Spearman's correlation of the cosine with the score",
    "pearsonr": "Pearson's correlation of the cosine with the score",
    "macro_f1": "macro F1 of a linear probe",
    "micro_f1": "micro F1 of a linear probe",
    "accuracy": "accuracy of a linear probe",
    "mrr": "mean reciprocal rank of the paired sentence",
    "recall_at_1": "share of rows whose paired sentence comes first",
    "probe_spearmanr": "Spearman's correlation of a linear probe's answer with the score",
    "probe_pearsonr": "Pearson's correlation of a linear probe's answer with the score",
}


@dataclass(frozen=True)
class Measures:
    """The scores that a task's cells get."""

    corpus: Corpus
    main: str
    """The score that ranks the cells."""
    asked_R: np.ndarray
    """Validation rows whose partner is looked for."""
    train_asked_R: np.ndarray

    def of(self, vectors_ND: np.ndarray) -> Scores:
        """All scores of a cell on the validation rows."""
        found: Scores = {}
        corpus, rows = self.corpus, self.corpus.validation
        if self.uses_probe:
            answers_RC = self.fit(vectors_ND)(self.features(vectors_ND, rows))
            found |= self.scored(answers_RC, rows)
        if corpus.is_paired:
            units_ND = unit(vectors_ND)
            if corpus.objective is Objective.regression:
                found |= self.compared(cosines(units_ND, rows), rows)
            found |= retrieval(units_ND, rows, self.asked_R)
        return found

    def main_of(self, vectors_ND: np.ndarray) -> Score:
        """The score that ranks, without a new probe where none decides."""
        if self.main not in {"spearmanr", "mrr"} or not self.corpus.is_paired:
            return self.of(vectors_ND)[self.main]
        return self._unsupervised(vectors_ND, self.corpus.validation, self.asked_R)

    def chosen_by(self, vectors_ND: np.ndarray) -> float:
        """The same score on the train rows, for a choice that the validation rows must not make."""
        rows = self.corpus.train
        if self.main in {"spearmanr", "mrr"} and self.corpus.is_paired:
            return self._unsupervised(vectors_ND, rows, self.train_asked_R).value()
        return self.scored(self.fit(vectors_ND).left_out_RC, rows)[self.main].value()

    @property
    def uses_probe(self) -> bool:
        """Whether rows have a target that a probe can learn."""
        return self.corpus.validation.targets_R is not None

    def fit(self, vectors_ND: np.ndarray) -> Probe:
        """The probe of a cell, learned from the train rows."""
        rows, labels = self.corpus.train, self.corpus.labels
        assert rows.targets_R is not None
        wanted = rows.targets_R[:, None] if labels is None else probe.as_targets(rows.targets_R, len(labels))
        return probe.fit(self.features(vectors_ND, rows), wanted.astype(np.float32))

    def features(self, vectors_ND: np.ndarray, rows: Rows) -> np.ndarray:
        """What a probe reads of each row: the vector, or of a pair (u, v, |u - v|)."""
        first_RD = vectors_ND[rows.first_R]
        return first_RD if rows.second_R is None else probe.pair_features(first_RD, vectors_ND[rows.second_R])

    def scored(self, answers_RC: np.ndarray, rows: Rows) -> Scores:
        """Scores of a probe's answers."""
        if self.corpus.labels is None:
            return self.compared(answers_RC[:, 0], rows, "probe_" if self.corpus.is_paired else "")
        return self.decided(answers_RC.argmax(axis=1), rows)

    def decided(self, classes_R: np.ndarray, rows: Rows) -> Scores:
        """Scores of predicted classes."""
        labels, true_R = self.corpus.labels, rows.targets_R
        assert labels is not None
        assert true_R is not None
        found: Scores = {"macro_f1": F1(classes_R, true_R, len(labels))}
        found["accuracy"] = Mean((classes_R == true_R).astype(np.float64))
        if self.corpus.objective is Objective.relation:
            without = labels.index(NO_RELATION) if NO_RELATION in labels else -1
            found["micro_f1"] = F1(classes_R, true_R, len(labels), without)
        return found

    def compared(self, values_R: np.ndarray, rows: Rows, prefix: str = "") -> Scores:
        """Correlations of numbers with the true scores."""
        true_R = rows.targets_R
        assert true_R is not None
        return {
            f"{prefix}spearmanr": Spearman(values_R, true_R),
            f"{prefix}pearsonr": Pearson(values_R, true_R),
        }

    def _unsupervised(self, vectors_ND: np.ndarray, rows: Rows, asked_R: np.ndarray) -> Score:
        units_ND = unit(vectors_ND)
        if self.main == "spearmanr":
            return self.compared(cosines(units_ND, rows), rows)["spearmanr"]
        return retrieval(units_ND, rows, asked_R)["mrr"]


def retrieval(units_ND: Matrix, rows: Rows, asked_R: np.ndarray) -> Scores:
    """How well the second sentence of a row is found by its first."""
    if not len(asked_R):
        return {}
    ranks_R = partner_ranks(units_ND, rows, asked_R)
    return {"mrr": Mean(1 / ranks_R), "recall_at_1": Mean((ranks_R == 1).astype(np.float64))}


def measures_of(task: TaskConfig, corpus: Corpus) -> Measures:
    """What a task's cells are measured by; the main score is the one of the paper, or the task's own."""
    match corpus.objective:
        case Objective.regression:
            main = "spearmanr"
        case Objective.span:
            main = "mrr"
        case _:
            known = {"macro_f1", "accuracy", *(["micro_f1"] if task.objective is Objective.relation else [])}
            main = chosen_metric(task) if chosen_metric(task) in known else "macro_f1"
    asked = [asked_rows(rows, task) for rows in (corpus.validation, corpus.train)]
    return Measures(corpus, main, asked[0], asked[1])


def asked_rows(rows: Rows, task: TaskConfig) -> np.ndarray:
    """Rows whose second sentence is looked for: with scores only those that mean the same.

    That is from `task.positive_from` on, or the upper quarter of the scores where the task says nothing.
    """
    if rows.second_R is None:
        return np.array([], dtype=int)
    alike_R = rows.first_R != rows.second_R
    if task.objective is Objective.regression:
        assert rows.targets_R is not None
        least = task.positive_from
        least = float(np.quantile(rows.targets_R, 0.75)) if least is None else least
        alike_R &= rows.targets_R >= least
    return np.flatnonzero(alike_R)
