"""The area under precision over recall."""

import numpy as np


class PrecisionRecallArea:
    """The area of the trapezoids, averaged over the classes that occur; scores are sorted once."""

    def __init__(self, scores_NC: np.ndarray, true_N: np.ndarray) -> None:
        self._classes = [_sorted(scores_NC[:, index], true_N == index) for index in np.unique(true_N)]

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Values for counts (resamples, rows)."""
        total, present = np.zeros(len(counts)), np.zeros(len(counts))
        for order, ends, true in self._classes:
            taken = counts[:, order].cumsum(axis=1, dtype=np.float64)[:, ends]
            right = (counts[:, order] * true).cumsum(axis=1, dtype=np.float64)[:, ends]
            there = right[:, -1] > 0
            # Before the first row that counts, the curve stands at recall 0 and precision 1.
            precision = np.where(taken > 0, right / np.maximum(taken, 1), 1.0)
            recall = right / np.maximum(right[:, -1:], 1)
            precision = np.concatenate([np.ones((len(counts), 1)), precision], axis=1)
            recall = np.concatenate([np.zeros((len(counts), 1)), recall], axis=1)
            area = (np.diff(recall, axis=1) * (precision[:, 1:] + precision[:, :-1]) / 2).sum(axis=1)
            total += np.where(there, area, 0.0)
            present += there
        return total / np.maximum(present, 1)


def _sorted(scores_N: np.ndarray, true_N: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows by falling score, the last place of each distinct score, and which of them are of the class."""
    order = np.argsort(-scores_N, kind="stable")
    steps = np.flatnonzero(np.diff(scores_N[order]))
    return order, np.append(steps, len(order) - 1), true_N[order].astype(np.float32)
