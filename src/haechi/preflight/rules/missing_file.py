"""DATA001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA001")
def missing_file(evidence: Evidence) -> Iterator[Problem]:
    """A data file does not exist.

    ## What
    A path under `task.files` leads nowhere.

    ## Why
    Nothing can be read. Paths are relative to the directory you type the command in.

    ## Example
    `python src/train.py task=files task.files.train=no_such.csv`

    ## What to do
    Correct the path.

    ## References
    - src/haechi/rows/read.py
    """
    yield from file_problems(evidence, Kind.missing)
