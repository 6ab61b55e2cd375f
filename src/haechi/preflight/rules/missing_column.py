"""DATA002."""

from collections.abc import Iterator
from dataclasses import replace

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA002")
def missing_column(evidence: Evidence) -> Iterator[Problem]:
    """A column does not exist.

    ## What
    A name under `task.columns` is none of the columns of the file.

    ## Why
    Column names differ between editions of a data set: `genre` in one, `source` in the other.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.text=titel`

    ## What to do
    Take one of the columns that the message lists. `a.b` reaches into nested JSON, `a|b` names alternatives.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/41
    """
    columns = evidence.config.task.columns
    for problem in file_problems(evidence, Kind.columns):
        used = getattr(columns, problem.keys[-1].rpartition(".")[2], None)
        if used and evidence.readable_splits:
            # Other files have the column: theirs and this one are named as alternatives.
            named = [fix[0].partition("=")[2].strip('"') for fix in problem.fixes]
            fixes = [[f"{problem.keys[-1]}={as_value(f'{used}|{name}')}"] for name in named]
            problem = replace(problem, fixes=fixes)
        yield problem
