"""Cosines of pairs, and the place of a text's partner among all candidates."""

from typing import Any

import numpy as np
from scipy import sparse

from haechi.study.sentences import Rows

# Shape suffixes: N sentences, R rows (pairs), Q different candidates, D width.

BLOCK_ROWS = 1024
"""Queries that are compared with all candidates at once."""


Matrix = Any
"""A numpy array or a scipy sparse matrix."""


def unit(vectors_ND: np.ndarray) -> np.ndarray:
    """Vectors of length 1; zeros stay."""
    lengths_N1 = np.linalg.norm(vectors_ND, axis=1, keepdims=True)
    return vectors_ND / np.where(lengths_N1 > 0, lengths_N1, 1)


def cosines(units_ND: Matrix, rows: Rows) -> np.ndarray:
    """The cosine of both sentences of each row (R,)."""
    assert rows.second_R is not None
    first_RD, second_RD = units_ND[rows.first_R], units_ND[rows.second_R]
    if sparse.issparse(units_ND):
        return np.asarray(first_RD.multiply(second_RD).sum(axis=1)).reshape(-1)
    return np.einsum("rd,rd->r", first_RD, second_RD)


def partner_ranks(units_ND: Matrix, rows: Rows, asked_R: np.ndarray) -> np.ndarray:
    """The rank, from 1, that each asked row's second sentence has by cosine to its first.

    The candidates are the different second sentences of all rows. Where a first sentence has several
    partners, the others are no mistakes and are passed over; the sentence itself is no candidate. Equal
    cosines share the middle of their ranks.

    Args:
        units_ND: vectors of length 1.
        rows: all rows.
        asked_R: numbers of the rows that are asked for.
    """
    assert rows.second_R is not None
    candidates_Q, place_R = np.unique(rows.second_R, return_inverse=True)
    partners: dict[int, list[int]] = {}
    for first, place in zip(rows.first_R, place_R, strict=True):
        partners.setdefault(int(first), []).append(int(place))
    own = {int(sentence): place for place, sentence in enumerate(candidates_Q)}
    others_QD = units_ND[candidates_Q]
    ranks: list[float] = []
    for start in range(0, len(asked_R), BLOCK_ROWS):
        block = asked_R[start : start + BLOCK_ROWS]
        products = units_ND[rows.first_R[block]] @ others_QD.T
        products = products.toarray() if sparse.issparse(products) else products
        for row, cosines_Q in zip(block, products, strict=True):
            aim = cosines_Q[place_R[row]]
            first = int(rows.first_R[row])
            passed = [place for place in {*partners[first], own.get(first, -1)} if place != place_R[row]]
            cosines_Q[[place for place in passed if place >= 0]] = -np.inf
            # Rounding must not decide between candidates that read the same.
            above = int((cosines_Q > aim + 1e-6).sum())
            equal = int((np.abs(cosines_Q - aim) <= 1e-6).sum()) - 1
            ranks.append(1 + above + max(equal, 0) / 2)
    return np.array(ranks)
