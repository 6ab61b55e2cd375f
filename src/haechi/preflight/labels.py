"""Labels of the rows against labels of the head."""

from collections.abc import Collection, Sequence

from haechi.compose import as_value
from haechi.preflight.evidence import Evidence
from haechi.rows.survey import Survey
from haechi.rows.tags import OUTSIDE, is_bio
from haechi.rows.tally import FIRST, Tally
from haechi.schema.task import Objective
from haechi.text import Text

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


def place_of_labels(split: Survey, labels: Collection[str]) -> Text:
    """Where the first rows with any of some labels are; a row with several of them is named once."""
    rows = sorted({row for label in labels for row in split.label_rows.get(label, [])})
    # The rows of a label are all known where they are fewer than are kept.
    hidden = any(split.labels[item] > len(split.label_rows.get(item, [])) >= FIRST for item in labels)
    return Tally(len(rows) + hidden, rows[:FIRST]).place(split.path)


def naming(labels: Sequence[str]) -> list[list[str]]:
    """The fix that names these labels; none where one of them could not be typed."""
    return [[f"task.labels=[{','.join(map(as_value, labels))}]"]] if all(map(str.isprintable, labels)) else []
