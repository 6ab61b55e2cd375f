"""DATA006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA006")
def unknown_format(evidence: Evidence) -> Iterator[Problem]:
    """A data file has a format that is not read.

    ## What
    The suffix is none of .csv .tsv .json .jsonl .parquet.

    ## Why
    The suffix tells the format; nothing is guessed.

    ## Example
    `python src/train.py task=files task.files.train=a.xlsx`

    ## What to do
    Save it in one of these formats, or rename the file.

    ## References
    - src/haechi/rows/read.py
    """
    yield from file_problems(evidence, Kind.format)
