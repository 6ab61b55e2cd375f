"""Labels of the rows against labels of the head."""

from collections import Counter
from typing import Any

from haechi.preflight.evidence import Evidence
from haechi.rows.splits import Split
from haechi.schema.task import Objective


def is_classified(evidence: Evidence) -> bool:
    """Whether the task predicts one of several classes."""
    return evidence.config.task.objective in {Objective.classification, Objective.pair_classification}


def label_counts(split: Split) -> Counter[Any]:
    """How often each label occurs; rows without one left out."""
    return Counter(str(item.label) for item in split.examples if not is_missing(item.label))


def is_missing(label: Any) -> bool:
    """Whether a row has no label. A class that is named "NA" or "None" is a name like any other."""
    return label is None or (isinstance(label, str) and not label.strip()) or label != label


def head_labels(evidence: Evidence) -> list[str] | None:
    """Names that the head predicts: those of the config, else those of the train rows; None unknown."""
    if evidence.config.task.labels is not None:
        return list(evidence.config.task.labels)
    train = evidence.splits.get("train")
    return sorted(label_counts(train)) if isinstance(train, Split) and train.complete else None
