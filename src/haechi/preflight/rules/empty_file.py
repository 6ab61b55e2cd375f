"""DATA005."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA005")
def empty_file(evidence: Evidence) -> Iterator[Problem]:
    """A data file is empty.

    ## What
    The file has no bytes, or a header and no rows.

    ## Why
    An export that broke off leaves such a file.

    ## Example
    `python src/train.py task=files task.files.train=empty.csv`

    ## What to do
    Export it again.

    ## References
    - src/haechi/rows/read.py
    """
    yield from file_problems(evidence, Kind.empty)
