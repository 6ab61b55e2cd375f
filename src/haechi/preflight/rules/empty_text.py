"""DATA007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule

# A few empty texts are a flaw of the data; from this share on the column is probably the wrong one.
REFUSED_SHARE = 0.05


@rule("DATA007")
def empty_text(evidence: Evidence) -> Iterator[Problem]:
    """Texts are empty.

    ## What
    Rows whose text (or second text) is missing, empty or only spaces.

    ## Why
    An empty text is encoded as [CLS] [SEP] and trains on its label all the same; a column that is mostly
    empty is the wrong column.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with an empty text in row 3

    ## What to do
    Remove or fill the rows that the message names.

    ## References
    - src/haechi/rows/columns.py
    """
    for split in evidence.readable_splits:
        empty = [item.row for item in split.examples if not (item.text or "").strip()]
        if evidence.is_paired:
            empty += [item.row for item in split.examples if not (item.text_pair or "").strip()]
        if not empty:
            continue
        rows = sorted(set(empty))
        share = len(rows) / len(split.examples)
        shown = ", ".join(str(row) for row in rows[:5])
        yield Problem(
            f"{len(rows):,} of {len(split.examples):,} {split.name} rows have an empty text",
            keys=["task.columns.text", f"task.files.{split.name}"],
            notes=[f"row {shown}{', ...' if len(rows) > 5 else ''} of {split.path}"],
            severity=Severity.error
            if share >= REFUSED_SHARE or (split.name == "train" and share == 1)
            else Severity.warning,
        )
