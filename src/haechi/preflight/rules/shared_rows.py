"""DATA010."""

import unicodedata
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import Example
from haechi.rows.splits import Split


@rule("DATA010", Severity.warning, essential=False)
def shared_rows(evidence: Evidence) -> Iterator[Problem]:
    """Train rows stand in validation or test as well.

    ## What
    The same text (and second text), after NFC and with spaces evened out, is in two splits.

    ## Why
    The score then measures memory. Merged crawls and re-split benchmarks have such rows.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.files.validation=a.csv`

    ## What to do
    Remove them from the train file.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/42
    """
    splits = evidence.splits
    train = splits.get("train")
    if not isinstance(train, Split):
        return
    known = {_identity(example) for example in train.examples} - {""}  # empty texts have a rule of their own
    for name in ("validation", "test"):
        split = splits.get(name)
        if not isinstance(split, Split):
            continue
        shared = [example.row for example in split.examples if _identity(example) in known]
        if shared:
            rows = ", ".join(map(str, shared[:5])) + (", ..." if len(shared) > 5 else "")
            whole = len(shared) == len(split.examples)
            yield Problem(
                f"{len(shared):,} of {len(split.examples):,} {name} rows are train rows too",
                keys=["task.files.train", f"task.files.{name}"],
                notes=[f"row {rows} of {split.path}"],
                fixes=[[f"task.files.{name}=null"]] if whole else [],
                severity=Severity.error if whole else None,
            )


def _identity(example: Example) -> str:
    text = f"{example.text or ''}\0{example.text_pair or ''}"
    return " ".join(unicodedata.normalize("NFC", text).split()).strip("\0 ")
