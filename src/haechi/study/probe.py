"""A linear probe: ridge regression, its penalty chosen by leaving each row out in turn.

Leaving one out costs nothing here: with one eigendecomposition of a cell's features the answer that every
row would get without itself is known in closed form for every penalty. Logistic regression would need an
optimization for each fold and penalty of each cell, and ranks the cells alike.

Source: Golub, Heath and Wahba 1979, https://doi.org/10.1080/00401706.1979.10489751; classes as least
squares on +1 and -1: Rifkin, Yeo and Poggio 2003, "Regularized least-squares classification".
"""

from dataclasses import dataclass

import numpy as np
import torch

# Shape suffixes: R train rows, F features, C outputs, M the smaller of rows and features.

PENALTIES = tuple(10.0**power for power in range(-4, 3))
"""What is added to the features' mean square, which is 1: from next to nothing to all but ignoring them."""


@dataclass(frozen=True)
class Probe:
    """What was learned."""

    mean_F: np.ndarray
    scale_F: np.ndarray
    weights_FC: np.ndarray
    offset_C: np.ndarray
    penalty: float
    left_out_RC: np.ndarray
    """What each train row gets from the probe of all other rows."""

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Outputs (rows, C)."""
        return (features - self.mean_F) / self.scale_F @ self.weights_FC + self.offset_C


def fit(features_RF: np.ndarray, wanted_RC: np.ndarray) -> Probe:
    """Fit a probe on standardized features; `wanted_RC` are scores, or +1 and -1 for classes.

    The penalty is the one with the least squared error of left-out rows.
    """
    mean_F = features_RF.mean(axis=0)
    scale_F = features_RF.std(axis=0)
    scale_F = np.where(scale_F > 1e-6 * (np.abs(mean_F) + 1e-12), scale_F, np.inf)
    offset_C = wanted_RC.mean(axis=0)
    plain_RF = torch.from_numpy((features_RF - mean_F) / scale_F).float()
    target_RC = torch.from_numpy(wanted_RC - offset_C).float()
    rows, features = plain_RF.shape
    # The smaller of both products has the same eigenvalues; in float64 small ones stay what they are.
    is_wide = features > rows
    product = (plain_RF @ plain_RF.T if is_wide else plain_RF.T @ plain_RF).double()
    values_M, bases = torch.linalg.eigh(product)
    values_M = values_M.clamp(min=0).float()
    bases = bases.float()
    if is_wide:
        left_RM = bases
    else:
        left_RM = (plain_RF @ bases) / values_M.clamp(min=1e-6 * float(values_M[-1]) + 1e-12).sqrt()
    aimed_MC = left_RM.T @ target_RC
    best: tuple[float, float, torch.Tensor] | None = None
    for penalty in PENALTIES:
        kept_M = values_M / (values_M + penalty * rows)
        given_RC = left_RM @ (kept_M[:, None] * aimed_MC)
        # The average is one more thing that every row has a share of.
        own_R = (left_RM.square() @ kept_M + 1 / rows).clamp(max=1 - 1e-4)
        left_out_RC = target_RC - (target_RC - given_RC) / (1 - own_R)[:, None]
        error = float((target_RC - left_out_RC).square().mean())
        if best is None or error < best[0]:
            best = (error, penalty, left_out_RC)
    assert best is not None
    _, penalty, left_out_RC = best
    shrunk_MC = (1 / (values_M + penalty * rows))[:, None] * (
        bases.T @ (target_RC if is_wide else plain_RF.T @ target_RC)
    )
    solved = bases @ shrunk_MC
    weights_FC = (plain_RF.T @ solved if is_wide else solved).numpy()
    return Probe(mean_F, scale_F, weights_FC, offset_C, penalty, left_out_RC.numpy() + offset_C)


def as_targets(classes_R: np.ndarray, count: int) -> np.ndarray:
    """Class ids as +1 for the class and -1 for every other: (R, C)."""
    return 2 * np.eye(count, dtype=np.float32)[classes_R] - 1


def pair_features(first_RD: np.ndarray, second_RD: np.ndarray) -> np.ndarray:
    """(u, v, |u - v|) of two texts' vectors.

    Source: Reimers and Gurevych 2019, section 3 and table 6, https://arxiv.org/abs/1908.10084
    """
    return np.concatenate([first_RD, second_RD, np.abs(first_RD - second_RD)], axis=1)
