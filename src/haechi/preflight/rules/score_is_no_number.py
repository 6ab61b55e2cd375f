"""LABEL004."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified, is_missing, label_counts
from haechi.preflight.rule import rule
from haechi.rows.splits import Split
from haechi.schema.task import Objective


@rule("LABEL004")
def score_is_no_number(evidence: Evidence) -> Iterator[Problem]:
    """Labels and objective do not go together.

    ## What
    A regression whose labels are not all finite numbers, or a classification whose labels are numbers
    with a fraction.

    ## Why
    transformers guesses the loss from the first batch: class ids with one output become a regression on
    ids, scores with several outputs become a multi-label task, and no line of log says so.

    ## Example
    `python src/train.py task.objective=regression`

    ## What to do
    Set `task.objective` to what the labels are.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration
    """
    if is_classified(evidence):
        yield from _scores_as_classes(evidence)
        return
    if evidence.config.task.objective is not Objective.regression:
        return
    for split in evidence.readable_splits:
        bad = [item for item in split.examples if not is_missing(item.label) and not _is_finite(item.label)]
        if bad:
            yield Problem(
                f"{len(bad):,} of {len(split.examples):,} {split.name} scores are no finite number",
                keys=["task.objective", "task.columns.label"],
                notes=[f"row {bad[0].row} of {split.path}: `{bad[0].label}`"],
                fixes=[["task.objective=classification"]] if len(bad) == len(split.examples) else [],
            )


def _scores_as_classes(evidence: Evidence) -> Iterator[Problem]:
    train = evidence.splits.get("train")
    if not isinstance(train, Split) or evidence.config.task.labels is not None:
        return
    counts = label_counts(train)
    fractions = [label for label in counts if _is_finite(label) and not float(label).is_integer()]
    if counts and len(fractions) * 2 >= len(counts):
        yield Problem(
            f"the labels are {len(counts):,} different numbers such as `{fractions[0]}`, which are scores",
            keys=["task.objective", "task.columns.label"],
            fixes=[["task.objective=regression", "task.labels=null"]],
        )


def _is_finite(label: object) -> bool:
    try:
        return math.isfinite(float(str(label)))
    except ValueError:
        return False
