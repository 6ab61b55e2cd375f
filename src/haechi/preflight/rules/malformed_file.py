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

    # 데이터 파일의 형식이 깨져 있습니다
    ## 무엇
    JSON 문법에 맞지 않거나, 머리글과 칸 수가 다른 행이 있거나, 큰따옴표 하나가 여러 행을 합칩니다.

    ## 왜
    칸의 첫머리에 있는 큰따옴표는 다음 큰따옴표까지를 모두 삼킵니다. 대부분의 도구는 오류 없이 행을 잃고,
    레이블이 글 속으로 들어갑니다.

    ## 할 일
    메시지가 알려 주는 줄을 고칩니다. 큰따옴표가 그저 글자인 파일이라면 `task.quoting=false`를 씁니다.
    """
    yield from file_problems(evidence, Kind.malformed)
