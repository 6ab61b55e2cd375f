"""Metrics of tagged tokens, by seqeval and scikit-learn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from sklearn.metrics import f1_score

from haechi.rows.examples import TaggedExample
from haechi.rows.tags import OUTSIDE


def tag_metrics(
    examples: Sequence[TaggedExample], predicted: Sequence[Sequence[str]], labels: Sequence[str]
) -> dict[str, float]:
    """Metrics of whole entities and of single source tokens, from 0 to 1.

    `entity_macro_f1`: an entity is right when its first token, its last and its type are (IOB2, strict);
    averaged over the types, `f1/<type>`. `entity_micro_f1`: over all entities, whatever their type.
    `char_macro_f1`: each source token counts by its tag; averaged over all tags, O among them, a tag that
    neither occurs nor is predicted counting 1, all of it as KLUE codes it. `char_macro_f1_without_o`:
    averaged over the tags of entities that occur or are predicted. Where there is no entity on either side
    the scores of entities are 0; seqeval's, and with it KLUE's code, has NaN there.

    As in KLUE's code spaces are no tokens, and all sentences are one sequence, each between two O for the
    special tokens. The two O keep entities of neighbours apart, so that this gives what counting sentence by
    sentence gives.

    Args:
        examples: the rows with their tags.
        predicted: a tag for each source token of each row.
        labels: every tag, in any order.
    """
    true = _flatten(examples, [example.tags for example in examples])
    found = _flatten(examples, predicted)
    entities = [label for label in labels if label != OUTSIDE]
    return {
        **_entity_f1(true, found),
        "char_macro_f1": _macro_f1(true, found, labels),
        "char_macro_f1_without_o": _macro_f1(
            true, found, [tag for tag in entities if tag in {*true, *found}]
        ),
    }


def _flatten(examples: Sequence[TaggedExample], tags: Sequence[Sequence[str]]) -> list[str]:
    flat: list[str] = []
    for example, row in zip(examples, tags, strict=True):
        named = [tag for token, tag in zip(example.tokens, row, strict=True) if token.strip()]
        flat += [OUTSIDE, *named, OUTSIDE]
    return flat


def _entity_f1(true: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    if not any(tag.startswith("B-") for tag in (*true, *found)):
        return {"entity_macro_f1": 0.0, "entity_micro_f1": 0.0}
    # Where nothing begins, goes on or ends on either side, one O says as much as many; seqeval is slow.
    kept = [
        index
        for index, pair in enumerate(zip(true, found, strict=True))
        if index == 0 or {*pair, true[index - 1], found[index - 1]} != {OUTSIDE}
    ]
    short = [[[side[index] for index in kept]] for side in (true, found)]
    # seqeval's hints have texts where it takes numbers.
    settings: dict[str, Any] = {"output_dict": True, "mode": "strict", "scheme": IOB2, "zero_division": 0}
    report = classification_report(short[0], short[1], **settings)
    assert isinstance(report, dict)
    types = sorted({tag[2:] for tag in (*true, *found) if tag.startswith("B-")})
    return {
        "entity_macro_f1": float(report["macro avg"]["f1-score"]),
        "entity_micro_f1": float(report["micro avg"]["f1-score"]),
        **{f"f1/{kind}": float(report[kind]["f1-score"]) for kind in types},
    }


def _macro_f1(true: Sequence[str], found: Sequence[str], labels: Sequence[str]) -> float:
    if not labels:
        return 0.0
    # As numbers, which scikit-learn compares far faster than texts.
    ids = {tag: index for index, tag in enumerate(dict.fromkeys([*labels, *true, *found]))}
    sides = [np.array([ids[tag] for tag in side]) for side in (true, found)]
    chosen = [ids[label] for label in labels]
    return float(f1_score(*sides, labels=chosen, average="macro", zero_division=1))  # type: ignore[arg-type]
