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

    # 읽지 않는 형식의 데이터 파일입니다
    ## 무엇
    확장자가 .csv .tsv .json .jsonl .parquet 가운데 하나가 아닙니다.

    ## 왜
    형식은 확장자로만 정하며 추측하지 않습니다.

    ## 할 일
    이 가운데 한 형식으로 저장하거나 파일 이름을 바꿉니다.
    """
    yield from file_problems(evidence, Kind.format)
