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

    # 데이터 파일이 비어 있습니다
    ## 무엇
    파일에 바이트가 없거나, 머리글만 있고 행이 없습니다.

    ## 왜
    내보내기가 도중에 끊기면 이런 파일이 남습니다.

    ## 할 일
    파일을 다시 내보냅니다.
    """
    yield from file_problems(evidence, Kind.empty)
