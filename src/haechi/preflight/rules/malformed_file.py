"""DATA004."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA004")
def malformed_file(evidence: Evidence) -> Iterator[Problem]:
    """A data file is malformed.

    ## What
    JSON that does not parse, a row with more or fewer fields than the header, a double quote that merges
    rows.

    ## Why
    A single double quote at the start of a field swallows everything up to the next one: rows vanish, and
    labels end up inside texts, without an error in most readers.

    ## Example
    `python src/train.py task=files task.files.train=a.tsv` where a text begins with a double quote

    ## What to do
    Go to the line that the message names. In a tsv file whose quotes are only characters:
    `task.quoting=false`.

    ## References
    - https://github.com/huggingface/datasets/issues/821
    """
    yield from file_problems(evidence, Kind.malformed)
