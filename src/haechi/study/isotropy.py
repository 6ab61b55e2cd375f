"""How evenly vectors point into all directions, before and after two ways of making them do so."""

from dataclasses import dataclass

import numpy as np
import torch

from haechi.study.similarity import unit

# Shape suffixes: N sentences, M sentences fitted on, D width.

LEAST_SHARE = 1e-5
"""Directions with less of the largest variance than this are no signal to be blown up."""
DIRECTIONS_REMOVED_PER_WIDTH = 100
"""One direction for so many features is removed, as Mu and Viswanath suggest."""


@dataclass(frozen=True)
class Isotropy:
    """Two numbers; 0 and 1 are what perfectly even vectors have."""

    mean_cosine: float
    """Average cosine of all pairs of different sentences."""
    partition: float
    """Least over largest partition function, from 0 to 1."""


@dataclass(frozen=True)
class Transform:
    """The principal directions of some vectors."""

    mean_D: np.ndarray
    directions_DD: np.ndarray
    """Columns, the largest variance first."""
    variances_D: np.ndarray

    def whitened(self, vectors_ND: np.ndarray) -> np.ndarray:
        """Every direction with variance 1, but for those with next to none, which go.

        Source: Su et al. 2021, https://arxiv.org/abs/2103.15316
        """
        kept = self.variances_D > LEAST_SHARE * self.variances_D[0]
        scaled_DD = self.directions_DD[:, kept] / np.sqrt(self.variances_D[kept])
        return (vectors_ND - self.mean_D) @ scaled_DD

    def without_top(self, vectors_ND: np.ndarray) -> np.ndarray:
        """The mean and the directions with the most variance removed: width / 100 of them, at least one.

        Source: Mu and Viswanath 2018, "All-but-the-Top", https://arxiv.org/abs/1702.01417
        """
        count = max(1, round(vectors_ND.shape[1] / DIRECTIONS_REMOVED_PER_WIDTH))
        top_DK = self.directions_DD[:, :count]
        centred_ND = vectors_ND - self.mean_D
        return centred_ND - centred_ND @ top_DK @ top_DK.T


def principal(vectors_MD: np.ndarray) -> Transform:
    """Directions and variances of some vectors."""
    mean_D = vectors_MD.mean(axis=0)
    centred_MD = torch.from_numpy(vectors_MD - mean_D).double()
    values_D, basis_DD = torch.linalg.eigh(centred_MD.T @ centred_MD / max(1, len(vectors_MD) - 1))
    values_D, basis_DD = values_D.flip(0).clamp(min=0), basis_DD.flip(1)
    return Transform(mean_D, basis_DD.float().numpy(), values_D.float().numpy())


def isotropy(vectors_ND: np.ndarray, directions_DK: np.ndarray) -> Isotropy:
    """How even some vectors are, along some directions and along their own mean.

    Sources: Ethayarajh 2019, section 3.3 (mean cosine), https://arxiv.org/abs/1909.00512; Mu and Viswanath
    2018, section 2 (partition function), of vectors of length 1 and with principal directions and the mean's
    in the place of the eigenvectors of the uncentred product, to save one decomposition for each cell.
    """
    units_ND = unit(vectors_ND)
    count = len(units_ND)
    total_D = units_ND.sum(axis=0, dtype=np.float64)
    norm = float(np.square(total_D).sum())
    own = float(np.square(units_ND, dtype=np.float64).sum())
    middle_D1 = (total_D / max(np.sqrt(norm), 1e-12))[:, None].astype(np.float32)
    along_NK = np.concatenate([units_ND @ directions_DK, units_ND @ middle_D1], axis=1)
    # Both signs of a direction are one.
    sums = np.concatenate([np.exp(along_NK).mean(axis=0), np.exp(-along_NK).mean(axis=0)])
    return Isotropy((norm - own) / max(1, count * (count - 1)), float(sums.min() / sums.max()))


def before_and_after(
    vectors_ND: np.ndarray, fitted_M: np.ndarray, looked_at: np.ndarray
) -> dict[str, tuple[np.ndarray, Isotropy]]:
    """Vectors as they are, whitened, and without their top directions, and how even each is.

    Args:
        vectors_ND: all sentences.
        fitted_M: numbers of those that mean and directions are taken from.
        looked_at: numbers of those whose evenness is told.
    """
    found = principal(vectors_ND[fitted_M])
    white_NK = found.whitened(vectors_ND)
    bare_ND = found.without_top(vectors_ND)
    return {
        "raw": (vectors_ND, isotropy(vectors_ND[looked_at], found.directions_DD)),
        "whitened": (white_NK, isotropy(white_NK[looked_at], np.eye(white_NK.shape[1], dtype=np.float32))),
        "without_top": (bare_ND, isotropy(bare_ND[looked_at], found.directions_DD)),
    }
