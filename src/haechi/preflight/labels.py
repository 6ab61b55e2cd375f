"""Labels of the rows against labels of the head."""

from haechi.preflight.evidence import Evidence
from haechi.rows.tags import OUTSIDE, is_bio
from haechi.schema.task import Objective

CLASSIFIED = {Objective.classification, Objective.pair_classification, Objective.relation}


def is_classified(evidence: Evidence) -> bool:
    """Whether the task predicts one of several classes for a row."""
    return evidence.config.task.objective in CLASSIFIED


def head_labels(evidence: Evidence) -> list[str] | None:
    """Names that the head predicts: those of the config, else those of the train rows; None unknown.

    For tagged tokens: `O`, then `B-` and `I-` of each type of entity.
    """
    objective = evidence.config.task.objective
    if objective in {Objective.regression, Objective.span}:
        return None
    if evidence.config.task.labels is not None:
        return list(evidence.config.task.labels)
    train = evidence.train
    if train is None or not train.complete:
        return None
    if objective is Objective.token_classification:
        types = sorted({tag[2:] for tag in train.labels if is_bio(tag) and tag != OUTSIDE})
        return [OUTSIDE, *(f"{side}-{kind}" for kind in types for side in "BI")]
    return sorted(train.labels)
