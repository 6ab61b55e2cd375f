"""Vectors -> scores of every cell, and the pair of layers that goes together best."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from haechi.study.cells import Cell, pairs
from haechi.study.collect import Vectors
from haechi.study.isotropy import before_and_after
from haechi.study.measures import Measures, Scores
from haechi.study.sentences import Rows

log = logging.getLogger(__name__)

MOST_PAIRS = 100
"""Beyond so many pairs of layers only those with the best single layer are tried."""


@dataclass
class Evaluated:
    """Scores of cells and baselines, by name."""

    cells: dict[str, Cell] = field(default_factory=dict)
    scores: dict[str, Scores] = field(default_factory=dict)
    isotropy: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    """Of each cell, before and after; with the main score where no probe is needed for it."""


def evaluate(cells: Sequence[Cell], vectors: Vectors, measures: Measures) -> Evaluated:
    """Score every cell; one cell's vectors are in memory at a time."""
    found = Evaluated()
    for cell in cells:
        add(found, cell, vectors, measures)
    return found


def add(found: Evaluated, cell: Cell, vectors: Vectors, measures: Measures) -> None:
    """Score a cell."""
    vectors_ND = vectors.of(cell.pooling, cell.layers)
    found.cells[cell.name] = cell
    found.scores[cell.name] = measures.of(vectors_ND)
    found.isotropy[cell.name] = _isotropy(vectors_ND, measures)


def _isotropy(vectors_ND: np.ndarray, measures: Measures) -> dict[str, dict[str, float]]:
    corpus = measures.corpus
    seen = before_and_after(vectors_ND, sentences_of(corpus.train), sentences_of(corpus.validation))
    told: dict[str, dict[str, float]] = {}
    for name, (changed_ND, even) in seen.items():
        told[name] = asdict(even)
        if corpus.is_paired and measures.main in {"spearmanr", "mrr"}:
            told[name][measures.main] = measures.main_of(changed_ND).value()
    return told


def sentences_of(rows: Rows) -> np.ndarray:
    """Numbers of the different sentences of some rows."""
    return np.unique(rows.first_R if rows.second_R is None else np.concatenate([rows.first_R, rows.second_R]))


def best_pair(layers: Sequence[int], last: int, vectors: Vectors, measures: Measures) -> Cell | None:
    """The two layers whose averaged means score best on the train rows; None where there is but one layer."""
    candidates = pairs(layers, last)
    if len(candidates) > MOST_PAIRS:
        alone = {layer: measures.chosen_by(vectors.of("mean", (layer,))) for layer in layers}
        first = max(alone, key=lambda layer: _sortable(alone[layer]))
        candidates = [cell for cell in candidates if first in cell.layers]
    if not candidates:
        return None
    values = [measures.chosen_by(vectors.of(cell.pooling, cell.layers)) for cell in candidates]
    log.info("pairs of layers: %d tried on the train rows", len(candidates))
    return candidates[int(np.argmax([_sortable(value) for value in values]))]


def plain(value: Any) -> Any:
    """The same without numbers that JSON has none for."""
    match value:
        case float():
            return round(value, 6) if np.isfinite(value) else None
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case np.floating():
            return plain(float(value))
        case np.integer():
            return int(value)
        case _:
            return value


def _sortable(value: float) -> float:
    return value if np.isfinite(value) else -np.inf
