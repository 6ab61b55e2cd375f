"""Metrics of tagged tokens: a row is a sentence, and counts with all its entities or tokens."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from haechi.report.judged_rows import JudgedRows
from haechi.report.resampling import Statistic
from haechi.report.weighted.f1 import F1, Average
from haechi.rows.tags import OUTSIDE, spans


def tag_statistic(metric: str, rows: JudgedRows) -> Statistic | None:
    """`entity_macro_f1`, `entity_micro_f1`, `char_macro_f1`, `char_macro_f1_without_o` or `f1/<type>`."""
    name = metric.partition("/")[0]
    if name in {"entity_macro_f1", "entity_micro_f1", "f1"}:
        true, found = ([_entities(tags) for tags in side] for side in (rows.golds, rows.predicted))
        kinds = sorted({kind for side in (true, found) for row in side for *_, kind in row})
        kept = [kind for kind in kinds if name != "f1" or kind == metric.partition("/")[2]]
        average: Average = "present" if name == "entity_macro_f1" else "micro"
        return _counted(true, found, lambda entity: entity[2], kept, average) if kept else None
    if name in {"char_macro_f1", "char_macro_f1_without_o"}:
        true, found = ([_places(tags) for tags in side] for side in (rows.golds, rows.predicted))
        if name == "char_macro_f1":
            return _counted(true, found, lambda place: place[1], rows.labels, "all")
        inside = [label for label in rows.labels if label != OUTSIDE]
        return _counted(true, found, lambda place: place[1], inside, "present")
    return None


def _entities(tags: Iterable[str]) -> set[tuple[int, int, str]]:
    """Entities in the strict sense: those that a B- begins."""
    listed = list(tags)
    return {entity for entity in spans(listed) if listed[entity[0]].startswith("B-")}


def _places(tags: Sequence[str]) -> set[tuple[int, str]]:
    """Each token by its place, between two O for the special tokens, as the metric counts them."""
    return set(enumerate((OUTSIDE, *tags, OUTSIDE)))


def _counted(
    true: Sequence[set], found: Sequence[set], kind: Callable, kinds: Sequence[str], average: Average
) -> F1:
    """F1 of what both sides have in common, by kind."""
    hits = [ours & theirs for ours, theirs in zip(found, true, strict=True)]
    place = {name: index for index, name in enumerate(kinds)}
    tables: list[np.ndarray] = []
    for side in (hits, found, true):
        table = np.zeros((len(side), len(kinds)), dtype=np.float32)
        for row, items in enumerate(side):
            for name, count in Counter(map(kind, items)).items():
                if name in place:
                    table[row, place[name]] = count
        tables.append(table)
    return F1(tables[0], tables[1], tables[2], average)
