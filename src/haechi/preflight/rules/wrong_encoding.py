"""DATA003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA003")
def wrong_encoding(evidence: Evidence) -> Iterator[Problem]:
    """A data file is in another encoding.

    ## What
    The bytes of the file are not text in `task.encoding`.

    ## Why
    Spreadsheets on Korean Windows save CP949, "Unicode text" is UTF-16. Read as something else, Hangul
    becomes garbage or the reader fails at some row.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with a file in CP949

    ## What to do
    `task.encoding=cp949` reads it as it is; converting it once to UTF-8 is better.

    ## References
    - https://docs.python.org/3/library/codecs.html#standard-encodings
    """
    yield from file_problems(evidence, Kind.encoding)
