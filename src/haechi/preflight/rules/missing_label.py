"""LABEL002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_missing
from haechi.preflight.rule import rule


@rule("LABEL002")
def missing_label(evidence: Evidence) -> Iterator[Problem]:
    """Rows have no label.

    ## What
    The label of a row is missing or empty.

    ## Why
    Readers that fill in a default make a class of their own of such rows, named "nan" or "None".

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with an empty label in row 3

    ## What to do
    Label the rows that the message names, or remove them.

    ## References
    - https://github.com/huggingface/datasets/issues/821
    """
    for split in evidence.readable_splits:
        rows = [item.row for item in split.examples if is_missing(item.label)]
        if rows:
            yield Problem(
                f"{len(rows):,} of {len(split.examples):,} {split.name} rows have no label",
                keys=["task.columns.label", f"task.files.{split.name}"],
                notes=[
                    f"row {', '.join(map(str, rows[:5]))}{', ...' if len(rows) > 5 else ''} of {split.path}"
                ],
            )
