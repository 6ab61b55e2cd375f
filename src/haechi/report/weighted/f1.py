"""F1 of classes from counts: what is right, what was found, what there is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Average = Literal["present", "all", "micro"]


@dataclass(frozen=True)
class F1:
    """F1, averaged over classes, of rows that count several times.

    `present`: over the classes that occur or are predicted; 0 where there is none. `all`: over all, one that
    neither occurs nor is predicted counting 1. `micro`: of the sums over the classes.
    """

    hits_NC: np.ndarray
    """What is right, for each row and class."""
    found_NC: np.ndarray
    """What was predicted."""
    true_NC: np.ndarray
    """What there is."""
    average: Average

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Values for counts (resamples, rows)."""
        sides = np.concatenate([self.hits_NC, self.found_NC + self.true_NC], axis=1, dtype=np.float32)
        if self.average == "micro":
            width = self.hits_NC.shape[1]
            sides = np.stack([sides[:, :width].sum(axis=1), sides[:, width:].sum(axis=1)], axis=1)
        hits, both = np.split(counts @ sides, 2, axis=1)
        f1 = 2.0 * hits / np.maximum(both, 1)
        if self.average == "all":
            return np.where(both > 0, f1, 1.0).mean(axis=1)
        return f1.sum(axis=1) / np.maximum((both > 0).sum(axis=1), 1)


@dataclass(frozen=True)
class Mean:
    """The mean of a value that each row has."""

    values_N: np.ndarray

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Values for counts (resamples, rows)."""
        return counts @ self.values_N.astype(np.float32) / counts.sum(axis=1)
