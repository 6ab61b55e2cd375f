"""LABEL003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified, label_counts
from haechi.preflight.rule import rule
from haechi.rows.splits import Split


@rule("LABEL003")
def single_class(evidence: Evidence) -> Iterator[Problem]:
    """All train rows have the same label.

    ## What
    There is one class, so there is nothing to tell apart.

    ## Why
    The loss falls to zero at once and the score is perfect. Usually the label column is another one.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.label=source`

    ## What to do
    Name the label column: `task.columns.label=...`. Scores need `task.objective=regression`.

    ## References
    - src/haechi/preflight/labels.py
    """
    train = evidence.splits.get("train")
    if not is_classified(evidence) or not isinstance(train, Split) or not train.complete:
        return
    counts = label_counts(train)
    if len(counts) == 1:
        yield Problem(
            f"all {len(train.examples):,} train rows have the label `{next(iter(counts))}`",
            keys=["task.columns.label", "task.files.train"],
        )
